// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { VMStatus } from "./DisputeTypes.sol";

/// @title MachineState
/// @notice The proof machine's state as it is hashed: 346 packed bytes, changed in place (layout in
/// docs/riscv.md, "State").
/// @dev A state is a pointer to its first byte in memory, with at least 32 bytes of anything behind
/// its end.
library MachineState {
    uint256 internal constant SIZE = 346;

    uint256 private constant MEMORY_ROOT = 0;
    uint256 private constant PREIMAGE_KEY = 32;
    uint256 private constant PREIMAGE_OFFSET = 64;
    uint256 private constant PC = 72;
    uint256 private constant EXIT_CODE = 80;
    uint256 private constant EXITED = 81;
    uint256 private constant STEP = 82;
    uint256 private constant REGISTERS = 90;

    type Pointer is uint256;

    error MalformedState(uint256 length, uint256 exited, uint256 x0);

    /// @notice Copies a state to memory and checks it.
    function load(
        bytes calldata data
    ) internal pure returns (Pointer state) {
        if (data.length != SIZE) revert MalformedState(data.length, 0, 0);
        assembly ("memory-safe") {
            state := mload(0x40)
            mstore(0x40, add(state, 0x180))
            calldatacopy(state, data.offset, SIZE)
        }
        uint256 exitedByte = _byteAt(state, EXITED);
        uint256 x0 = register(state, 0);
        if (exitedByte > 1 || x0 != 0) revert MalformedState(SIZE, exitedByte, x0);
    }

    /// @notice Hash with the status in its first byte.
    function hash(
        Pointer state
    ) internal pure returns (bytes32 result) {
        uint256 code = _byteAt(state, EXIT_CODE);
        uint256 status =
            !exited(state) ? VMStatus.UNFINISHED : code < VMStatus.PANIC ? code : VMStatus.PANIC;
        assembly ("memory-safe") {
            result := keccak256(state, SIZE)
            result := or(shl(248, status), shr(8, shl(8, result)))
        }
    }

    function memoryRoot(
        Pointer state
    ) internal pure returns (bytes32) {
        return _wordAt(state, MEMORY_ROOT);
    }

    function setMemoryRoot(
        Pointer state,
        bytes32 root
    ) internal pure {
        _setWord(state, MEMORY_ROOT, root);
    }

    function preimageKey(
        Pointer state
    ) internal pure returns (bytes32) {
        return _wordAt(state, PREIMAGE_KEY);
    }

    function setPreimageKey(
        Pointer state,
        bytes32 key
    ) internal pure {
        _setWord(state, PREIMAGE_KEY, key);
    }

    function preimageOffset(
        Pointer state
    ) internal pure returns (uint64) {
        return _uint64At(state, PREIMAGE_OFFSET);
    }

    function setPreimageOffset(
        Pointer state,
        uint64 offset
    ) internal pure {
        _setUint64(state, PREIMAGE_OFFSET, offset);
    }

    function pc(
        Pointer state
    ) internal pure returns (uint64) {
        return _uint64At(state, PC);
    }

    function setPc(
        Pointer state,
        uint64 to
    ) internal pure {
        _setUint64(state, PC, to);
    }

    function exited(
        Pointer state
    ) internal pure returns (bool) {
        return _byteAt(state, EXITED) == 1;
    }

    /// @notice Ends the program. All else stays as it is.
    function exit(
        Pointer state,
        uint8 code
    ) internal pure {
        assembly ("memory-safe") {
            mstore8(add(state, EXIT_CODE), code)
            mstore8(add(state, EXITED), 1)
        }
    }

    /// @notice Counts a step, modulo 2^64.
    function countStep(
        Pointer state
    ) internal pure {
        unchecked {
            _setUint64(state, STEP, _uint64At(state, STEP) + 1);
        }
    }

    function register(
        Pointer state,
        uint256 index
    ) internal pure returns (uint64) {
        return _uint64At(state, REGISTERS + 8 * index);
    }

    /// @notice What is written to x0 is dropped.
    function setRegister(
        Pointer state,
        uint256 index,
        uint64 value
    ) internal pure {
        if (index != 0) _setUint64(state, REGISTERS + 8 * index, value);
    }

    function _wordAt(
        Pointer state,
        uint256 offset
    ) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(state, offset))
        }
    }

    function _setWord(
        Pointer state,
        uint256 offset,
        bytes32 word
    ) private pure {
        assembly ("memory-safe") {
            mstore(add(state, offset), word)
        }
    }

    function _byteAt(
        Pointer state,
        uint256 offset
    ) private pure returns (uint256) {
        return uint256(_wordAt(state, offset)) >> 248;
    }

    function _uint64At(
        Pointer state,
        uint256 offset
    ) private pure returns (uint64) {
        return uint64(uint256(_wordAt(state, offset)) >> 192);
    }

    function _setUint64(
        Pointer state,
        uint256 offset,
        uint64 value
    ) private pure {
        assembly ("memory-safe") {
            let at := add(state, offset)
            mstore(at, or(shl(192, value), shr(64, shl(64, mload(at)))))
        }
    }
}
