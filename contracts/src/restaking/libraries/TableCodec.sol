// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IStakeTable } from "../interfaces/IStakeTable.sol";
import { G1Point } from "./BN254.sol";
import { LibSort } from "solady/utils/LibSort.sol";

/// @title TableCodec
/// @notice Bytes of a stake table, as `IStakeTable` defines them, in memory and in code.
library TableCodec {
    uint256 internal constant ENTRY_SIZE = 108;

    /// @dev Code that SSTORE2 writes begins with one byte STOP.
    uint256 private constant CODE_OFFSET = 1;

    /// @notice Writes entry `index` into `table`, which must be large enough.
    function put(
        bytes memory table,
        uint256 index,
        IStakeTable.Entry memory entry
    ) internal pure {
        uint256 first = (uint256(uint160(entry.operator)) << 96) | entry.weights[0];
        uint256 second = uint256(entry.weights[1]) << 160;
        G1Point memory key = entry.key;
        assembly ("memory-safe") {
            let at := add(add(table, 0x20), mul(index, ENTRY_SIZE))
            mstore(at, first)
            mstore(add(at, 32), second)
            mstore(add(at, 44), mload(key))
            mstore(add(at, 76), mload(add(key, 0x20)))
        }
    }

    /// @notice Entry `index` of `table`, which must have it.
    function get(
        bytes memory table,
        uint256 index
    ) internal pure returns (IStakeTable.Entry memory entry) {
        uint256 at;
        assembly ("memory-safe") {
            at := add(add(table, 0x20), mul(index, ENTRY_SIZE))
        }
        _decode(at, entry);
    }

    /// @notice Number of entries of `table`.
    function count(
        bytes memory table
    ) internal pure returns (uint256) {
        return table.length / ENTRY_SIZE;
    }

    /// @notice Cuts `table` to its first `entries` entries; it must have them.
    function truncate(
        bytes memory table,
        uint256 entries
    ) internal pure {
        assembly ("memory-safe") {
            mstore(table, mul(entries, ENTRY_SIZE))
        }
    }

    /// @notice `lastPage` followed by the tables in the code of `pages`. Memory is taken once:
    /// its price grows with the square, and others decide how many pages there are.
    function joined(
        address[] memory pages,
        bytes memory lastPage
    ) internal view returns (bytes memory all) {
        uint256 size = lastPage.length;
        for (uint256 i = 0; i < pages.length; i++) {
            size += pages[i].code.length - CODE_OFFSET;
        }
        all = new bytes(size);
        uint256 written = lastPage.length;
        assembly ("memory-safe") {
            mcopy(add(all, 0x20), add(lastPage, 0x20), written)
        }
        for (uint256 i = 0; i < pages.length; i++) {
            address page = pages[i];
            uint256 length = page.code.length - CODE_OFFSET;
            assembly ("memory-safe") {
                extcodecopy(page, add(add(all, 0x20), written), CODE_OFFSET, length)
            }
            written += length;
        }
    }

    /// @notice `table` with its entries in ascending order of operators.
    function sorted(
        bytes memory table
    ) internal pure returns (bytes memory result) {
        uint256 entries = count(table);
        uint256[] memory order = new uint256[](entries);
        for (uint256 i = 0; i < entries; i++) {
            uint256 operator;
            assembly ("memory-safe") {
                operator := shr(96, mload(add(add(table, 0x20), mul(i, ENTRY_SIZE))))
            }
            order[i] = (operator << 96) | i;
        }
        LibSort.sort(order);
        result = new bytes(table.length);
        for (uint256 i = 0; i < entries; i++) {
            uint256 from = order[i] & type(uint96).max;
            assembly ("memory-safe") {
                mcopy(
                    add(add(result, 0x20), mul(i, ENTRY_SIZE)),
                    add(add(table, 0x20), mul(from, ENTRY_SIZE)),
                    ENTRY_SIZE
                )
            }
        }
    }

    /// @notice Entry `index` of the table in the code of `data`, which must have it.
    function read(
        address data,
        uint256 index
    ) internal view returns (IStakeTable.Entry memory entry) {
        uint256 at;
        assembly ("memory-safe") {
            // Beyond the free memory pointer, used at once.
            at := mload(0x40)
            extcodecopy(data, at, add(CODE_OFFSET, mul(index, ENTRY_SIZE)), ENTRY_SIZE)
        }
        _decode(at, entry);
    }

    /// @notice Operator of entry `index` of the table in the code of `data`, which must have it.
    function readOperator(
        address data,
        uint256 index
    ) internal view returns (address operator) {
        assembly ("memory-safe") {
            extcodecopy(data, 0, add(CODE_OFFSET, mul(index, ENTRY_SIZE)), 32)
            operator := shr(96, mload(0))
        }
    }

    /// @dev Solidity allocated `entry` before the caller took its memory, so they do not overlap.
    function _decode(
        uint256 at,
        IStakeTable.Entry memory entry
    ) private pure {
        uint256 first;
        uint256 second;
        uint256 x;
        uint256 y;
        assembly ("memory-safe") {
            first := mload(at)
            second := mload(add(at, 32))
            x := mload(add(at, 44))
            y := mload(add(at, 76))
        }
        entry.operator = address(uint160(first >> 96));
        entry.weights[0] = uint96(first);
        entry.weights[1] = uint96(second >> 160);
        entry.key.x = x;
        entry.key.y = y;
    }
}
