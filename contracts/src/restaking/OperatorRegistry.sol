// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IOperatorRegistry } from "./interfaces/IOperatorRegistry.sol";
import { BN254, G1Point, G2Point } from "./libraries/BN254.sol";

/// @title OperatorRegistry
/// @notice Operators and their keys. Without an owner.
contract OperatorRegistry is IOperatorRegistry {
    /// @param activeFrom Unix time; strictly increasing within an operator's history.
    /// @param key Infinity where the operator was deregistered.
    struct KeyRecord {
        G1Point key;
        uint48 activeFrom;
    }

    /// @inheritdoc IOperatorRegistry
    uint48 public immutable ROTATION_DELAY;

    mapping(address operator => KeyRecord[]) private _history;
    mapping(bytes32 keyHash => address) private _holders;

    /// @param rotationDelay Seconds; at least an epoch of the stake tables, so that nodes know a
    /// key before a table has it.
    constructor(
        uint48 rotationDelay
    ) {
        ROTATION_DELAY = rotationDelay;
    }

    /// @inheritdoc IOperatorRegistry
    function register(
        G1Point calldata keyG1,
        G2Point calldata keyG2,
        G1Point calldata proof
    ) external {
        if (isRegistered(msg.sender)) revert AlreadyRegistered(msg.sender);
        _append(keyG1, keyG2, proof, uint48(block.timestamp));
    }

    /// @inheritdoc IOperatorRegistry
    function rotate(
        G1Point calldata keyG1,
        G2Point calldata keyG2,
        G1Point calldata proof
    ) external {
        if (!isRegistered(msg.sender)) revert NotRegistered(msg.sender);
        KeyRecord[] storage history = _history[msg.sender];
        uint48 latest = history[history.length - 1].activeFrom;
        if (latest > block.timestamp) revert RotationPending(msg.sender, latest);
        _append(keyG1, keyG2, proof, uint48(block.timestamp) + ROTATION_DELAY);
    }

    /// @inheritdoc IOperatorRegistry
    function deregister() external {
        if (!isRegistered(msg.sender)) revert NotRegistered(msg.sender);
        KeyRecord[] storage history = _history[msg.sender];
        if (history[history.length - 1].activeFrom > block.timestamp) history.pop();
        _push(history, G1Point(0, 0), uint48(block.timestamp));
        emit Deregistered(msg.sender);
    }

    /// @inheritdoc IOperatorRegistry
    function proofOfPossessionHash(
        address operator,
        G1Point calldata keyG1
    ) public view returns (G1Point memory) {
        return BN254.hashToG1(
            BN254.domain("proof of possession", block.chainid, address(this)),
            keccak256(abi.encode(operator, keyG1))
        );
    }

    /// @inheritdoc IOperatorRegistry
    function keyAt(
        address operator,
        uint48 timestamp
    ) public view returns (G1Point memory) {
        KeyRecord[] storage history = _history[operator];
        // Binary search: an operator could otherwise make its history so long that a table of
        // others cannot be rolled.
        uint256 low = 0;
        uint256 high = history.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (history[middle].activeFrom <= timestamp) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? G1Point(0, 0) : history[low - 1].key;
    }

    /// @inheritdoc IOperatorRegistry
    function isRegistered(
        address operator
    ) public view returns (bool) {
        return !BN254.isInfinity(keyAt(operator, uint48(block.timestamp)));
    }

    /// @inheritdoc IOperatorRegistry
    function holderOf(
        G1Point calldata keyG1
    ) external view returns (address) {
        return _holders[keccak256(abi.encode(keyG1))];
    }

    function _append(
        G1Point calldata keyG1,
        G2Point calldata keyG2,
        G1Point calldata proof,
        uint48 activeFrom
    ) private {
        bytes32 keyHash = keccak256(abi.encode(keyG1));
        address holder = _holders[keyHash];
        if (holder != address(0)) revert KeyUsed(keyG1, holder);
        if (!BN254.verify(proofOfPossessionHash(msg.sender, keyG1), keyG1, keyG2, proof)) {
            revert InvalidProofOfPossession(msg.sender);
        }
        _holders[keyHash] = msg.sender;
        _push(_history[msg.sender], keyG1, activeFrom);
        emit KeyRegistered(msg.sender, keyG1, keyG2, activeFrom);
    }

    /// @dev Deregistering and registering again within one block replaces the record of that block.
    function _push(
        KeyRecord[] storage history,
        G1Point memory key,
        uint48 activeFrom
    ) private {
        uint256 length = history.length;
        if (length > 0 && history[length - 1].activeFrom == activeFrom) {
            history[length - 1].key = key;
        } else {
            history.push(KeyRecord(key, activeFrom));
        }
    }
}
