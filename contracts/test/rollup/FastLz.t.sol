// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import { FastLz } from "../../src/rollup/libraries/FastLz.sol";
import { Test } from "forge-std/Test.sol";
import { LibZip } from "solady/utils/LibZip.sol";

/// @dev The compressor of solady is what the OP Stack's own oracle uses: its output's length is the
///      independent answer.
contract FastLzTest is Test {
    function check(
        bytes memory data
    ) private pure {
        bytes memory compressed = LibZip.flzCompress(data);
        assertEq(FastLz.compressedLength(data), compressed.length, "length");
        assertEq(LibZip.flzDecompress(compressed), data, "the reference itself round-trips");
    }

    function test_EmptyDataHasLengthZero() public pure {
        assertEq(FastLz.compressedLength(""), 0);
    }

    function test_EveryLengthUpTo300OfTheSameByte() public pure {
        for (uint256 length = 0; length <= 300; ++length) {
            bytes memory data = new bytes(length);
            for (uint256 i = 0; i < length; ++i) {
                data[i] = 0x61;
            }
            check(data);
        }
    }

    function test_EveryLengthUpTo300OfDistinctTriples() public pure {
        for (uint256 length = 0; length <= 300; ++length) {
            bytes memory data = new bytes(length);
            for (uint256 i = 0; i < length; ++i) {
                data[i] = bytes1(uint8(uint256(keccak256(abi.encode(i)))));
            }
            check(data);
        }
    }

    function test_MatchesLongerThan262AreCodedInPieces() public pure {
        check(bytes.concat(bytes("0123456789abcdef"), new bytes(700), bytes("0123456789abcdef")));
    }

    function test_MatchesFartherThan8191AreNotSeen() public pure {
        bytes memory block_ = abi.encodePacked(keccak256("a"), keccak256("b"));
        for (uint256 gap = 8060; gap <= 8200; gap += 7) {
            bytes memory middle = new bytes(gap);
            for (uint256 i = 0; i + 32 <= gap; i += 32) {
                bytes32 word = keccak256(abi.encode(gap, i));
                assembly ("memory-safe") {
                    mstore(add(add(middle, 0x20), i), word)
                }
            }
            check(bytes.concat(block_, middle, block_));
        }
    }

    /// @dev Memory before the call is not assumed to be zero.
    function test_DirtyFreeMemoryDoesNotMatter() public pure {
        bytes memory data = abi.encode("some calldata", uint256(1), uint256(2), address(3));
        uint256 expected = LibZip.flzCompress(data).length;
        assembly ("memory-safe") {
            let free := mload(0x40)
            for { let i := 0 } lt(i, 40000) { i := add(i, 0x20) } { mstore(add(free, i), not(0)) }
        }
        assertEq(FastLz.compressedLength(data), expected);
    }

    function testFuzz_AnyData(
        bytes memory data
    ) public pure {
        check(data);
    }

    /// @dev Few distinct bytes: many matches of all lengths.
    function testFuzz_RepetitiveData(
        bytes memory data,
        uint8 mask,
        uint16 length
    ) public pure {
        length = uint16(bound(length, 0, 3000));
        bytes memory stretched = new bytes(length);
        for (uint256 i = 0; i < length && data.length != 0; ++i) {
            stretched[i] = data[(i * i / 7) % data.length] & bytes1(mask);
        }
        check(stretched);
    }

    /// @dev ABI-like data: words with long runs of zeros.
    function testFuzz_AbiWords(
        uint64[] memory words,
        address[] memory addresses
    ) public pure {
        check(abi.encode(words, addresses));
    }
}
