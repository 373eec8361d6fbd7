// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title FastLz
/// @notice Length of the FastLZ level 1 compression of some data, without producing it. Since
///         Fjord the L1 data fee is a linear function of this length.
/// @dev Which FastLZ matters to the byte: the fee that this contract quotes must be the one that
///      the execution engine charges. See "L1-Cost fees (L1 Fee Vault)" in
///      https://specs.optimism.io/protocol/fjord/exec-engine.html.
library FastLz {
    /// @dev Entries of the hash table, 4 bytes each: the last position at which a hash was seen.
    uint256 private constant TABLE_BYTES = 4 * 8192;

    /// @dev A match is never started in the last 13 bytes, so that three-byte reads stay inside.
    uint256 private constant TAIL = 13;

    /// @notice Length in bytes of `data` after FastLZ level 1 compression.
    /// @param data Any bytes; each byte costs a few hundred gas at worst.
    /// @return length Bytes that the compressor would write.
    function compressedLength(
        bytes memory data
    ) internal pure returns (uint256 length) {
        if (data.length <= TAIL) return _literals(data.length);

        uint256 table = _newTable();
        uint256 limit = data.length - TAIL;
        uint256 anchor = 0;
        uint256 position = 2;

        while (position < limit) {
            uint256 candidate;
            (candidate, position) = _findMatch(data, table, position, limit);
            if (position >= limit) break;

            length += _literals(position - anchor);
            uint256 matched = _compare(data, candidate + 3, position + 3, limit + 9);
            length += _match(matched);

            position += matched;
            _remember(data, table, position);
            _remember(data, table, position + 1);
            position += 2;
            anchor = position;
        }
        length += _literals(data.length - anchor);
    }

    /// @dev Bytes that `count` literals take: runs of at most 32, each with a one-byte header.
    function _literals(
        uint256 count
    ) private pure returns (uint256) {
        return count + (count + 31) / 32;
    }

    /// @dev Bytes that a match takes: pieces of at most 262, three bytes each, the last one two
    /// when it is short.
    function _match(
        uint256 matched
    ) private pure returns (uint256) {
        uint256 last = matched - 1;
        return 3 * (last / 262) + (last % 262 >= 6 ? 3 : 2);
    }

    /// @dev Walks from `position`, noting every position it passes, to the first whose three bytes
    ///      were seen within the last 8191 bytes. Returns where they were and the position, which
    ///      is `limit` or more when there is none.
    function _findMatch(
        bytes memory data,
        uint256 table,
        uint256 position,
        uint256 limit
    ) private pure returns (uint256 candidate, uint256 at) {
        at = position;
        while (at < limit) {
            uint256 word = _threeBytes(data, at);
            candidate = _exchange(table, _hash(word), at);
            if (at + 1 >= limit) return (candidate, limit);
            if (at - candidate <= 0x1fff && word == _threeBytes(data, candidate)) {
                return (candidate, at);
            }
            ++at;
        }
    }

    /// @dev Length to code for bytes equal at `from` and `at`: the first difference counts too, as
    ///      in the reference, because the three bytes before were skipped with one to spare.
    function _compare(
        bytes memory data,
        uint256 from,
        uint256 at,
        uint256 end
    ) private pure returns (uint256 matched) {
        assembly ("memory-safe") {
            let left := add(add(data, 0x20), from)
            let right := add(add(data, 0x20), at)
            let most := sub(end, at)
            for { } lt(matched, most) { } {
                let same :=
                    eq(byte(0, mload(add(left, matched))), byte(0, mload(add(right, matched))))
                matched := add(matched, 1)
                if iszero(same) { break }
            }
        }
    }

    function _remember(
        bytes memory data,
        uint256 table,
        uint256 position
    ) private pure {
        _exchange(table, _hash(_threeBytes(data, position)), position);
    }

    /// @dev Three bytes at `position`, the first the least significant.
    function _threeBytes(
        bytes memory data,
        uint256 position
    ) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            let word := mload(add(add(data, 0x20), position))
            value := or(byte(0, word), or(shl(8, byte(1, word)), shl(16, byte(2, word))))
        }
    }

    /// @dev 13 bits of a multiplicative (golden ratio) hash.
    function _hash(
        uint256 value
    ) private pure returns (uint256) {
        unchecked {
            return ((value * 2_654_435_769) >> 19) & 0x1fff;
        }
    }

    /// @dev Reads entry `index` and writes `position` there.
    function _exchange(
        uint256 table,
        uint256 index,
        uint256 position
    ) private pure returns (uint256 before) {
        assembly ("memory-safe") {
            let entry := add(table, shl(2, index))
            let word := mload(entry)
            before := shr(224, word)
            mstore(entry, or(shr(32, shl(32, word)), shl(224, position)))
        }
    }

    /// @dev Zeroed memory for the table; a word more, because entries are read as whole words.
    function _newTable() private pure returns (uint256 table) {
        assembly ("memory-safe") {
            table := mload(0x40)
            let size := add(TABLE_BYTES, 0x20)
            mstore(0x40, add(table, size))
            calldatacopy(table, calldatasize(), size)
        }
    }
}
