// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { G1Point } from "../libraries/BN254.sol";
import { IOperatorRegistry } from "./IOperatorRegistry.sol";
import { IRollupRegistry } from "./IRollupRegistry.sol";
import { ISlasher } from "./ISlasher.sol";
import { IStakeSource } from "./IStakeSource.sol";

/// @title IStakeTable
/// @notice The operators of a service with their keys and weights, fixed for an epoch.
///
/// Operators take a seat (`join`) and keep it until they leave or fall below the minimum stake.
/// Anyone rolls the table of the current epoch from the seats, in as many calls as wanted. Keys and
/// weights are those at the epoch's start, whenever it is rolled; only a slash since then counts at
/// once. Epochs are numbered from 1 and of one length for all services; an epoch is the time after
/// the second it starts, up to and with the second the next one starts: so when a table can be
/// rolled, the time of its stakes has passed and no transaction can change them.
///
/// A table is stored as code, entries of 108 bytes sorted by operator:
/// operator (20) | weight in ETH (12) | weight in ALT (12) | key x (32) | key y (32), big-endian.
interface IStakeTable {
    /// @param operators Number of operators; a bitmap of signers has bit i for entry i.
    /// @param data Contract whose code, after its first byte, is the table.
    /// @param totals Sum of weights, by quorum, in wei.
    /// @param aggregateKey Sum of keys.
    /// @param hash keccak256 of the table's bytes: what another chain needs to check a copy.
    struct Table {
        address data;
        uint16 operators;
        uint128[2] totals;
        G1Point aggregateKey;
        bytes32 hash;
    }

    struct Entry {
        address operator;
        uint96[2] weights;
        G1Point key;
    }

    /// @notice `operator` has a seat, from the next table on that it has stake and key for.
    event Joined(bytes32 indexed service, address indexed operator);
    /// @notice `operator` gives up its seat when the next table is rolled.
    event Leaving(bytes32 indexed service, address indexed operator);
    /// @notice `operator` has no seat any more: it left, was deregistered, fell below the minimum
    /// stake, or was outweighed by who took its seat.
    event Left(bytes32 indexed service, address indexed operator);
    /// @notice Part of the epoch's table is made; `remaining` seats are to be read.
    event PageRolled(bytes32 indexed service, uint48 indexed epoch, uint256 remaining);
    event TableRolled(bytes32 indexed service, uint48 indexed epoch, Table table);

    /// @notice A slash could not reach stake for as long as a table of it is used and judged.
    error SlashingWindowTooShort(uint256 window, uint256 needed);
    error EpochLengthZero();
    /// @notice Seconds: a table could have a key that nodes learned of in its own epoch.
    error RotationDelayTooShort(uint256 delay, uint256 needed);
    error ServiceDisabled(bytes32 service);
    error NotRegistered(address operator);
    error AlreadySeated(bytes32 service, address operator);
    error NotSeated(bytes32 service, address operator);
    /// @notice All seats are taken: name one to take over.
    error NoFreeSeat(bytes32 service);
    /// @notice A seat is free: name none to take over.
    error SeatIsFree(bytes32 service);
    /// @notice The weight at the epoch's start is below `required`: the minimum stake, or what it
    /// takes to outweigh the seat's holder.
    error WeightTooLow(address operator, uint8 quorum, uint256 weight, uint256 required);
    error AlreadyRolled(bytes32 service, uint48 epoch);
    error ZeroLimit();
    /// @notice So little gas is left that a failure to read stake might be for want of it.
    error InsufficientGas();
    error NoTable(bytes32 service, uint48 epoch);
    /// @notice The bitmap names signers past the table's end.
    error UnknownSigner(uint256 bitmap, uint256 operators);
    error IndexOutOfRange(uint256 index, uint256 operators);

    /// @notice Seats of a service; a bitmap of signers is one word.
    function MAX_OPERATORS() external view returns (uint256);
    /// @notice Seconds of an epoch.
    function EPOCH_LENGTH() external view returns (uint48);
    /// @notice Seconds that a table stays usable after its epoch.
    function GRACE_PERIOD() external view returns (uint48);
    /// @notice Seconds after that within which a slash still reaches the stake.
    function EVIDENCE_PERIOD() external view returns (uint48);

    function operatorRegistry() external view returns (IOperatorRegistry);
    function rollups() external view returns (IRollupRegistry);
    function slasher() external view returns (ISlasher);
    function source() external view returns (IStakeSource);

    /// @notice Gives the caller a seat. It needs a key and, at the epoch's start, the minimum stake
    /// in every quorum: stake that is borrowed for a transaction does not count.
    /// @param instead Zero while seats are free; then a seated operator that the caller outweighs
    /// in every quorum, who loses its seat.
    function join(
        bytes32 service,
        address instead
    ) external;

    /// @notice Gives the caller's seat up when the next table is rolled.
    function leave(
        bytes32 service
    ) external;

    /// @notice Makes the current epoch's table, or the next part of it. Anyone.
    /// @param limit Largest number of seats to read in this call; above 0.
    /// @return complete Whether the table is complete.
    function roll(
        bytes32 service,
        uint256 limit
    ) external returns (bool complete);

    /// @notice The epoch that the latest block is in.
    function currentEpoch() external view returns (uint48);

    /// @notice Unix time at which `epoch` starts, and of its tables' stakes.
    function epochStart(
        uint48 epoch
    ) external view returns (uint48);

    /// @notice Seats, in no order.
    function seatsOf(
        bytes32 service
    ) external view returns (address[] memory);

    /// @notice Seats still to be read for the current epoch's table; 0 when it is complete.
    function remainingSeats(
        bytes32 service
    ) external view returns (uint256);

    /// @notice The table of `epoch`, usable or not. (Forge takes functions named `table*` for
    /// tests.)
    function stakeTableOf(
        bytes32 service,
        uint48 epoch
    ) external view returns (Table memory);

    /// @notice Whether there is such a table and new certificates may still use it. Evidence may
    /// use every table.
    function isUsable(
        bytes32 service,
        uint48 epoch
    ) external view returns (bool);

    function entryAt(
        bytes32 service,
        uint48 epoch,
        uint256 index
    ) external view returns (Entry memory);

    /// @notice All entries, sorted by operator.
    function entriesOf(
        bytes32 service,
        uint48 epoch
    ) external view returns (Entry[] memory);

    /// @notice Where `operator` is in the table. Binary search.
    function indexOf(
        bytes32 service,
        uint48 epoch,
        address operator
    ) external view returns (bool found, uint256 index);

    /// @notice Aggregate key and weight of the signers that `bitmap` names. The cost grows with the
    /// fewer of signers and non-signers.
    function signersOf(
        bytes32 service,
        uint48 epoch,
        uint256 bitmap
    ) external view returns (G1Point memory key, uint256[2] memory signed, uint128[2] memory totals);
}
