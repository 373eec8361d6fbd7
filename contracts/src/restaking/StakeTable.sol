// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { StakeWeights } from "./StakeWeights.sol";
import { IOperatorRegistry } from "./interfaces/IOperatorRegistry.sol";
import { IRollupRegistry } from "./interfaces/IRollupRegistry.sol";
import { ISlasher } from "./interfaces/ISlasher.sol";
import { IStakeTable } from "./interfaces/IStakeTable.sol";
import { BN254, G1Point } from "./libraries/BN254.sol";
import { TableCodec } from "./libraries/TableCodec.sol";
import { LibBit } from "solady/utils/LibBit.sol";
import { SSTORE2 } from "solady/utils/SSTORE2.sol";

/// @title StakeTable
/// @notice Seats and stake tables of all services. Without an owner: what it reads decides.
contract StakeTable is StakeWeights {
    /// @param position Index of the seat plus one; 0 for none.
    /// @param leaving The seat is given up when it is next read.
    /// @param lastEpoch Latest epoch whose table counts the operator; survives the seat, so that
    /// no way of losing a seat and taking another is counted twice.
    struct Seat {
        uint16 position;
        bool leaving;
        uint48 lastEpoch;
    }

    /// @param epoch Epoch whose table is being made.
    /// @param cursor Seats still to be read are those below it.
    struct Build {
        uint48 epoch;
        uint16 cursor;
    }

    /// @inheritdoc IStakeTable
    /// @dev 200 entries of 108 bytes fit into one contract's code.
    uint256 public constant MAX_OPERATORS = 200;

    uint48 private immutable GENESIS;
    /// @inheritdoc IStakeTable
    uint48 public immutable EPOCH_LENGTH;
    /// @inheritdoc IStakeTable
    uint48 public immutable GRACE_PERIOD;
    /// @inheritdoc IStakeTable
    uint48 public immutable EVIDENCE_PERIOD;

    /// @inheritdoc IStakeTable
    IOperatorRegistry public immutable operatorRegistry;
    /// @inheritdoc IStakeTable
    IRollupRegistry public immutable rollups;

    mapping(bytes32 service => address[]) private _seated;
    mapping(bytes32 service => mapping(address operator => Seat)) private _seats;
    mapping(bytes32 service => Build) private _builds;
    mapping(bytes32 service => mapping(uint48 epoch => address[])) private _pages;
    mapping(bytes32 service => mapping(uint48 epoch => Table)) private _tables;

    constructor(
        IOperatorRegistry operatorRegistry_,
        ISlasher slasher_,
        uint48 epochLength,
        uint48 gracePeriod,
        uint48 evidencePeriod
    ) StakeWeights(slasher_) {
        operatorRegistry = operatorRegistry_;
        rollups = slasher_.rollups();
        GENESIS = uint48(block.timestamp) - 1;
        EPOCH_LENGTH = epochLength;
        GRACE_PERIOD = gracePeriod;
        EVIDENCE_PERIOD = evidencePeriod;
        uint256 window = source.slashingWindow();
        uint256 needed = uint256(epochLength) + gracePeriod + evidencePeriod;
        if (window < needed) revert SlashingWindowTooShort(window, needed);
        if (epochLength == 0) revert EpochLengthZero();
        uint48 delay = operatorRegistry_.ROTATION_DELAY();
        if (delay < epochLength) revert RotationDelayTooShort(delay, epochLength);
    }

    // --- seats ---

    /// @inheritdoc IStakeTable
    function join(
        bytes32 service,
        address instead
    ) external {
        uint48 start = epochStart(currentEpoch());
        IRollupRegistry.ServiceSettings memory settings =
            rollups.settingsAt(service, uint48(block.timestamp));
        if (!settings.enabled) revert ServiceDisabled(service);
        if (!operatorRegistry.isRegistered(msg.sender)) revert NotRegistered(msg.sender);
        Seat storage seat = _seats[service][msg.sender];
        if (seat.position != 0 && !seat.leaving) revert AlreadySeated(service, msg.sender);

        uint96[2] memory weights = _weights(service, msg.sender, start);
        _requireWeights(weights, settings.minStake);
        emit Joined(service, msg.sender);
        if (seat.leaving) {
            seat.leaving = false;
            return;
        }
        address[] storage seated = _seated[service];
        if (seated.length < MAX_OPERATORS) {
            if (instead != address(0)) revert SeatIsFree(service);
            seated.push(msg.sender);
            seat.position = uint16(seated.length);
            return;
        }
        if (instead == address(0)) revert NoFreeSeat(service);
        Seat storage taken = _seats[service][instead];
        uint16 position = taken.position;
        if (position == 0) revert NotSeated(service, instead);
        uint96[2] memory required = _weights(service, instead, start);
        for (uint256 quorum = 0; quorum < 2; quorum++) {
            if (required[quorum] < type(uint96).max) required[quorum]++;
        }
        _requireWeights(weights, required);
        taken.position = 0;
        taken.leaving = false;
        seated[position - 1] = msg.sender;
        seat.position = position;
        emit Left(service, instead);
    }

    /// @inheritdoc IStakeTable
    function leave(
        bytes32 service
    ) external {
        Seat storage seat = _seats[service][msg.sender];
        if (seat.position == 0 || seat.leaving) revert NotSeated(service, msg.sender);
        seat.leaving = true;
        emit Leaving(service, msg.sender);
    }

    // --- rolling ---

    /// @inheritdoc IStakeTable
    function roll(
        bytes32 service,
        uint256 limit
    ) external returns (bool complete) {
        if (limit == 0) revert ZeroLimit();
        uint48 epoch = currentEpoch();
        if (_tables[service][epoch].data != address(0)) revert AlreadyRolled(service, epoch);
        uint48 start = epochStart(epoch);
        IRollupRegistry.ServiceSettings memory settings = rollups.settingsAt(service, start);
        if (!settings.enabled) revert ServiceDisabled(service);

        uint256 from = _cursor(service, epoch);
        uint256 to = limit < from ? from - limit : 0;
        bytes memory page = _readSeats(service, epoch, start, settings.minStake, from, to);
        _builds[service] = Build({ epoch: epoch, cursor: uint16(to) });
        if (to == 0) {
            _finish(service, epoch, page);
            return true;
        }
        if (page.length > 0) _pages[service][epoch].push(SSTORE2.write(page));
        emit PageRolled(service, epoch, to);
    }

    /// @dev Reads seats from `from` down to `to`. A seat that is given up is filled by the last
    /// one, which is at or above the seat just read: so none is missed, and none that was there at
    /// the beginning is read twice.
    function _readSeats(
        bytes32 service,
        uint48 epoch,
        uint48 start,
        uint96[2] memory minStake,
        uint256 from,
        uint256 to
    ) private returns (bytes memory page) {
        address[] storage seated = _seated[service];
        page = new bytes((from - to) * TableCodec.ENTRY_SIZE);
        uint256 entries;
        for (uint256 i = from; i > to; i--) {
            address operator = seated[i - 1];
            Seat storage seat = _seats[service][operator];
            if (seat.leaving) {
                _removeSeat(service, operator);
                continue;
            }
            if (seat.lastEpoch == epoch) continue;
            Entry memory entry;
            entry.operator = operator;
            entry.key = operatorRegistry.keyAt(operator, start);
            if (BN254.isInfinity(entry.key)) {
                // Registered since the epoch began: its turn is the next table.
                if (!operatorRegistry.isRegistered(operator)) _removeSeat(service, operator);
                continue;
            }
            entry.weights = _weightsOrNone(service, operator, start);
            if (entry.weights[0] < minStake[0] || entry.weights[1] < minStake[1]) {
                _removeSeat(service, operator);
                continue;
            }
            seat.lastEpoch = epoch;
            TableCodec.put(page, entries++, entry);
        }
        TableCodec.truncate(page, entries);
    }

    function _removeSeat(
        bytes32 service,
        address operator
    ) private {
        address[] storage seated = _seated[service];
        Seat storage seat = _seats[service][operator];
        uint16 position = seat.position;
        address last = seated[seated.length - 1];
        if (last != operator) {
            seated[position - 1] = last;
            _seats[service][last].position = position;
        }
        seated.pop();
        seat.position = 0;
        seat.leaving = false;
        emit Left(service, operator);
    }

    /// @dev Pages are as many as callers made of them, up to one a seat.
    function _finish(
        bytes32 service,
        uint48 epoch,
        bytes memory lastPage
    ) private {
        bytes memory encoded =
            TableCodec.sorted(TableCodec.joined(_pages[service][epoch], lastPage));
        uint256 entries = TableCodec.count(encoded);
        Table memory table;
        table.data = SSTORE2.write(encoded);
        table.operators = uint16(entries);
        table.hash = keccak256(encoded);
        for (uint256 i = 0; i < entries; i++) {
            Entry memory entry = TableCodec.get(encoded, i);
            table.totals[0] += entry.weights[0];
            table.totals[1] += entry.weights[1];
            table.aggregateKey = BN254.add(table.aggregateKey, entry.key);
        }
        _tables[service][epoch] = table;
        emit TableRolled(service, epoch, table);
    }

    // --- views ---

    /// @inheritdoc IStakeTable
    function currentEpoch() public view returns (uint48) {
        return (uint48(block.timestamp) - 1 - GENESIS) / EPOCH_LENGTH + 1;
    }

    /// @inheritdoc IStakeTable
    function epochStart(
        uint48 epoch
    ) public view returns (uint48) {
        return GENESIS + (epoch - 1) * EPOCH_LENGTH;
    }

    /// @inheritdoc IStakeTable
    function seatsOf(
        bytes32 service
    ) external view returns (address[] memory) {
        return _seated[service];
    }

    /// @inheritdoc IStakeTable
    function remainingSeats(
        bytes32 service
    ) external view returns (uint256) {
        return _cursor(service, currentEpoch());
    }

    /// @inheritdoc IStakeTable
    function stakeTableOf(
        bytes32 service,
        uint48 epoch
    ) public view returns (Table memory table) {
        table = _tables[service][epoch];
        if (table.data == address(0)) revert NoTable(service, epoch);
    }

    /// @inheritdoc IStakeTable
    function isUsable(
        bytes32 service,
        uint48 epoch
    ) external view returns (bool) {
        return _tables[service][epoch].data != address(0)
            && block.timestamp <= uint256(epochStart(epoch)) + EPOCH_LENGTH + GRACE_PERIOD;
    }

    /// @inheritdoc IStakeTable
    function entryAt(
        bytes32 service,
        uint48 epoch,
        uint256 index
    ) external view returns (Entry memory) {
        (address data, uint256 operators) = _dataOf(service, epoch);
        if (index >= operators) revert IndexOutOfRange(index, operators);
        return TableCodec.read(data, index);
    }

    /// @inheritdoc IStakeTable
    function entriesOf(
        bytes32 service,
        uint48 epoch
    ) external view returns (Entry[] memory entries) {
        (address data, uint256 operators) = _dataOf(service, epoch);
        entries = new Entry[](operators);
        for (uint256 i = 0; i < operators; i++) {
            entries[i] = TableCodec.read(data, i);
        }
    }

    /// @inheritdoc IStakeTable
    function indexOf(
        bytes32 service,
        uint48 epoch,
        address operator
    ) external view returns (bool found, uint256 index) {
        (address data, uint256 high) = _dataOf(service, epoch);
        while (index < high) {
            uint256 middle = (index + high) / 2;
            address read = TableCodec.readOperator(data, middle);
            if (read == operator) return (true, middle);
            if (read < operator) index = middle + 1;
            else high = middle;
        }
        return (false, 0);
    }

    /// @inheritdoc IStakeTable
    function signersOf(
        bytes32 service,
        uint48 epoch,
        uint256 bitmap
    )
        external
        view
        returns (G1Point memory key, uint256[2] memory signed, uint128[2] memory totals)
    {
        (address data, uint256 operators) = _dataOf(service, epoch);
        if (bitmap >> operators != 0) revert UnknownSigner(bitmap, operators);
        Table storage table = _tables[service][epoch];
        totals = table.totals;
        bool complement = LibBit.popCount(bitmap) * 2 > operators;
        // forge-lint: disable-next-line(incorrect-shift)
        uint256 left = complement ? ~bitmap & ((1 << operators) - 1) : bitmap;
        while (left != 0) {
            Entry memory entry = TableCodec.read(data, LibBit.ffs(left));
            left &= left - 1;
            signed[0] += entry.weights[0];
            signed[1] += entry.weights[1];
            key = BN254.add(key, entry.key);
        }
        if (complement) {
            signed[0] = totals[0] - signed[0];
            signed[1] = totals[1] - signed[1];
            key = BN254.add(table.aggregateKey, BN254.negate(key));
        }
    }

    function _dataOf(
        bytes32 service,
        uint48 epoch
    ) private view returns (address data, uint256 operators) {
        Table storage table = _tables[service][epoch];
        (data, operators) = (table.data, table.operators);
        if (data == address(0)) revert NoTable(service, epoch);
    }

    function _cursor(
        bytes32 service,
        uint48 epoch
    ) private view returns (uint256) {
        Build storage build = _builds[service];
        return build.epoch == epoch ? build.cursor : _seated[service].length;
    }
}
