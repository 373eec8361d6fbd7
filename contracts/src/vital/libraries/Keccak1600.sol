// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Keccak1600
/// @notice The sponge of keccak256 (FIPS 202, section 3, with Keccak's own padding), for input that
/// comes in several transactions.
/// @dev A state is 25 lanes A[x + 5y] in memory, each the 64 bits of a word of its own: rotations
/// are what costs, and a lane alone in its word needs one mask for each.
library Keccak1600 {
    /// @notice Bytes that the sponge of keccak256 absorbs at a time.
    uint256 internal constant RATE = 136;
    /// @notice Words that a packed state takes.
    uint256 internal constant PACKED_WORDS = 7;

    uint256 private constant LANES = 25;
    uint256 private constant LANE_MASK = 0xffffffffffffffff;

    /// @notice The state that nothing was absorbed in.
    function zero() internal pure returns (uint256[25] memory state) { }

    /// @notice Lanes 4i to 4i + 3 of word i, the first in the highest bits.
    function unpack(
        uint256[7] memory packed
    ) internal pure returns (uint256[25] memory state) {
        for (uint256 i; i < LANES; ++i) {
            state[i] = (packed[i / 4] >> (192 - 64 * (i % 4))) & LANE_MASK;
        }
    }

    /// @notice The inverse of `unpack`.
    function pack(
        uint256[25] memory state
    ) internal pure returns (uint256[7] memory packed) {
        for (uint256 i; i < LANES; ++i) {
            packed[i / 4] |= state[i] << (192 - 64 * (i % 4));
        }
    }

    /// @notice The hash of what was absorbed, padding included.
    function digest(
        uint256[25] memory state
    ) internal pure returns (bytes32) {
        uint256 lanes = state[0] << 192 | state[1] << 128 | state[2] << 64 | state[3];
        return bytes32(_swapLanes(lanes));
    }

    /// @notice Absorbs whole blocks.
    /// @param input A multiple of `RATE` bytes, else the rest is left out.
    function absorb(
        uint256[25] memory state,
        bytes calldata input
    ) internal pure {
        for (uint256 offset; offset + RATE <= input.length; offset += RATE) {
            for (uint256 i; i < 4; ++i) {
                _xor4(state, 4 * i, bytes32(input[offset + 32 * i:]));
            }
            state[16] ^= _swapLanes(uint256(bytes32(input[offset + 128:offset + RATE]))) >> 192;
            permute(state);
        }
    }

    /// @notice Absorbs the last block: what is left of the input, and the padding.
    /// @param rest Less than `RATE` bytes.
    function absorbLast(
        uint256[25] memory state,
        bytes calldata rest
    ) internal pure {
        bytes memory block_ = new bytes(RATE);
        for (uint256 i; i < rest.length; ++i) {
            block_[i] = rest[i];
        }
        block_[rest.length] ^= 0x01;
        block_[RATE - 1] ^= 0x80;
        for (uint256 i; i < RATE / 8; ++i) {
            bytes8 lane;
            assembly ("memory-safe") {
                lane := mload(add(add(block_, 0x20), mul(8, i)))
            }
            state[i] ^= _swapLanes(uint64(lane));
        }
        permute(state);
    }

    /// @dev Four lanes from 32 bytes.
    function _xor4(
        uint256[25] memory state,
        uint256 first,
        bytes32 data
    ) private pure {
        uint256 lanes = _swapLanes(uint256(data));
        state[first] ^= lanes >> 192;
        state[first + 1] ^= (lanes >> 128) & LANE_MASK;
        state[first + 2] ^= (lanes >> 64) & LANE_MASK;
        state[first + 3] ^= lanes & LANE_MASK;
    }

    /// @dev Reverses the bytes of each of four lanes: lanes are little-endian.
    function _swapLanes(
        uint256 v
    ) private pure returns (uint256) {
        uint256 mask = 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
        v = ((v >> 8) & mask) | ((v & mask) << 8);
        mask = 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
        v = ((v >> 16) & mask) | ((v & mask) << 16);
        mask = 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
        return ((v >> 32) & mask) | ((v & mask) << 32);
    }

    /// @notice Keccak-f[1600]: 24 rounds of theta, rho with pi, chi and iota, unrolled by lane.
    function permute(
        uint256[25] memory state
    ) internal pure {
        uint256[36] memory work;
        assembly ("memory-safe") {
            let m := LANE_MASK
            let a := state
            let b := work
            let d := add(work, 0x320)
            let rc := add(work, 0x3c0)
            // The round constants, four to a word.
            mstore(rc, 0x00000000000000010000000000008082800000000000808a8000000080008000)
            mstore(
                add(rc, 0x20),
                0x000000000000808b000000008000000180000000800080818000000000008009
            )
            mstore(
                add(rc, 0x40),
                0x000000000000008a00000000000000880000000080008009000000008000000a
            )
            mstore(
                add(rc, 0x60),
                0x000000008000808b800000000000008b80000000000080898000000000008003
            )
            mstore(
                add(rc, 0x80),
                0x80000000000080028000000000000080000000000000800a800000008000000a
            )
            mstore(
                add(rc, 0xa0),
                0x8000000080008081800000000000808000000000800000018000000080008008
            )

            for { let end := add(rc, 0xc0) } lt(rc, end) { rc := add(rc, 8) } {
                // theta
                {
                    let c0 :=
                        xor(
                            mload(a),
                            xor(
                                mload(add(a, 0xa0)),
                                xor(
                                    mload(add(a, 0x140)),
                                    xor(mload(add(a, 0x1e0)), mload(add(a, 0x280)))
                                )
                            )
                        )
                    let c1 :=
                        xor(
                            mload(add(a, 0x20)),
                            xor(
                                mload(add(a, 0xc0)),
                                xor(
                                    mload(add(a, 0x160)),
                                    xor(mload(add(a, 0x200)), mload(add(a, 0x2a0)))
                                )
                            )
                        )
                    let c2 :=
                        xor(
                            mload(add(a, 0x40)),
                            xor(
                                mload(add(a, 0xe0)),
                                xor(
                                    mload(add(a, 0x180)),
                                    xor(mload(add(a, 0x220)), mload(add(a, 0x2c0)))
                                )
                            )
                        )
                    let c3 :=
                        xor(
                            mload(add(a, 0x60)),
                            xor(
                                mload(add(a, 0x100)),
                                xor(
                                    mload(add(a, 0x1a0)),
                                    xor(mload(add(a, 0x240)), mload(add(a, 0x2e0)))
                                )
                            )
                        )
                    let c4 :=
                        xor(
                            mload(add(a, 0x80)),
                            xor(
                                mload(add(a, 0x120)),
                                xor(
                                    mload(add(a, 0x1c0)),
                                    xor(mload(add(a, 0x260)), mload(add(a, 0x300)))
                                )
                            )
                        )
                    mstore(d, xor(c4, and(or(shl(1, c1), shr(63, c1)), m)))
                    mstore(add(d, 0x20), xor(c0, and(or(shl(1, c2), shr(63, c2)), m)))
                    mstore(add(d, 0x40), xor(c1, and(or(shl(1, c3), shr(63, c3)), m)))
                    mstore(add(d, 0x60), xor(c2, and(or(shl(1, c4), shr(63, c4)), m)))
                    mstore(add(d, 0x80), xor(c3, and(or(shl(1, c0), shr(63, c0)), m)))
                }
                // rho and pi
                {
                    let t := mload(d)
                    let v
                    mstore(b, xor(mload(a), t))
                    v := xor(mload(add(a, 0xa0)), t)
                    mstore(add(b, 0x200), and(or(shl(36, v), shr(28, v)), m))
                    v := xor(mload(add(a, 0x140)), t)
                    mstore(add(b, 0xe0), and(or(shl(3, v), shr(61, v)), m))
                    v := xor(mload(add(a, 0x1e0)), t)
                    mstore(add(b, 0x2e0), and(or(shl(41, v), shr(23, v)), m))
                    v := xor(mload(add(a, 0x280)), t)
                    mstore(add(b, 0x1c0), and(or(shl(18, v), shr(46, v)), m))
                }
                {
                    let t := mload(add(d, 0x20))
                    let v
                    v := xor(mload(add(a, 0x20)), t)
                    mstore(add(b, 0x140), and(or(shl(1, v), shr(63, v)), m))
                    v := xor(mload(add(a, 0xc0)), t)
                    mstore(add(b, 0x20), and(or(shl(44, v), shr(20, v)), m))
                    v := xor(mload(add(a, 0x160)), t)
                    mstore(add(b, 0x220), and(or(shl(10, v), shr(54, v)), m))
                    v := xor(mload(add(a, 0x200)), t)
                    mstore(add(b, 0x100), and(or(shl(45, v), shr(19, v)), m))
                    v := xor(mload(add(a, 0x2a0)), t)
                    mstore(add(b, 0x300), and(or(shl(2, v), shr(62, v)), m))
                }
                {
                    let t := mload(add(d, 0x40))
                    let v
                    v := xor(mload(add(a, 0x40)), t)
                    mstore(add(b, 0x280), and(or(shl(62, v), shr(2, v)), m))
                    v := xor(mload(add(a, 0xe0)), t)
                    mstore(add(b, 0x160), and(or(shl(6, v), shr(58, v)), m))
                    v := xor(mload(add(a, 0x180)), t)
                    mstore(add(b, 0x40), and(or(shl(43, v), shr(21, v)), m))
                    v := xor(mload(add(a, 0x220)), t)
                    mstore(add(b, 0x240), and(or(shl(15, v), shr(49, v)), m))
                    v := xor(mload(add(a, 0x2c0)), t)
                    mstore(add(b, 0x120), and(or(shl(61, v), shr(3, v)), m))
                }
                {
                    let t := mload(add(d, 0x60))
                    let v
                    v := xor(mload(add(a, 0x60)), t)
                    mstore(add(b, 0xa0), and(or(shl(28, v), shr(36, v)), m))
                    v := xor(mload(add(a, 0x100)), t)
                    mstore(add(b, 0x2a0), and(or(shl(55, v), shr(9, v)), m))
                    v := xor(mload(add(a, 0x1a0)), t)
                    mstore(add(b, 0x180), and(or(shl(25, v), shr(39, v)), m))
                    v := xor(mload(add(a, 0x240)), t)
                    mstore(add(b, 0x60), and(or(shl(21, v), shr(43, v)), m))
                    v := xor(mload(add(a, 0x2e0)), t)
                    mstore(add(b, 0x260), and(or(shl(56, v), shr(8, v)), m))
                }
                {
                    let t := mload(add(d, 0x80))
                    let v
                    v := xor(mload(add(a, 0x80)), t)
                    mstore(add(b, 0x1e0), and(or(shl(27, v), shr(37, v)), m))
                    v := xor(mload(add(a, 0x120)), t)
                    mstore(add(b, 0xc0), and(or(shl(20, v), shr(44, v)), m))
                    v := xor(mload(add(a, 0x1c0)), t)
                    mstore(add(b, 0x2c0), and(or(shl(39, v), shr(25, v)), m))
                    v := xor(mload(add(a, 0x260)), t)
                    mstore(add(b, 0x1a0), and(or(shl(8, v), shr(56, v)), m))
                    v := xor(mload(add(a, 0x300)), t)
                    mstore(add(b, 0x80), and(or(shl(14, v), shr(50, v)), m))
                }
                // chi
                {
                    let v0 := mload(b)
                    let v1 := mload(add(b, 0x20))
                    let v2 := mload(add(b, 0x40))
                    let v3 := mload(add(b, 0x60))
                    let v4 := mload(add(b, 0x80))
                    mstore(a, xor(v0, and(not(v1), v2)))
                    mstore(add(a, 0x20), xor(v1, and(not(v2), v3)))
                    mstore(add(a, 0x40), xor(v2, and(not(v3), v4)))
                    mstore(add(a, 0x60), xor(v3, and(not(v4), v0)))
                    mstore(add(a, 0x80), xor(v4, and(not(v0), v1)))
                }
                {
                    let v0 := mload(add(b, 0xa0))
                    let v1 := mload(add(b, 0xc0))
                    let v2 := mload(add(b, 0xe0))
                    let v3 := mload(add(b, 0x100))
                    let v4 := mload(add(b, 0x120))
                    mstore(add(a, 0xa0), xor(v0, and(not(v1), v2)))
                    mstore(add(a, 0xc0), xor(v1, and(not(v2), v3)))
                    mstore(add(a, 0xe0), xor(v2, and(not(v3), v4)))
                    mstore(add(a, 0x100), xor(v3, and(not(v4), v0)))
                    mstore(add(a, 0x120), xor(v4, and(not(v0), v1)))
                }
                {
                    let v0 := mload(add(b, 0x140))
                    let v1 := mload(add(b, 0x160))
                    let v2 := mload(add(b, 0x180))
                    let v3 := mload(add(b, 0x1a0))
                    let v4 := mload(add(b, 0x1c0))
                    mstore(add(a, 0x140), xor(v0, and(not(v1), v2)))
                    mstore(add(a, 0x160), xor(v1, and(not(v2), v3)))
                    mstore(add(a, 0x180), xor(v2, and(not(v3), v4)))
                    mstore(add(a, 0x1a0), xor(v3, and(not(v4), v0)))
                    mstore(add(a, 0x1c0), xor(v4, and(not(v0), v1)))
                }
                {
                    let v0 := mload(add(b, 0x1e0))
                    let v1 := mload(add(b, 0x200))
                    let v2 := mload(add(b, 0x220))
                    let v3 := mload(add(b, 0x240))
                    let v4 := mload(add(b, 0x260))
                    mstore(add(a, 0x1e0), xor(v0, and(not(v1), v2)))
                    mstore(add(a, 0x200), xor(v1, and(not(v2), v3)))
                    mstore(add(a, 0x220), xor(v2, and(not(v3), v4)))
                    mstore(add(a, 0x240), xor(v3, and(not(v4), v0)))
                    mstore(add(a, 0x260), xor(v4, and(not(v0), v1)))
                }
                {
                    let v0 := mload(add(b, 0x280))
                    let v1 := mload(add(b, 0x2a0))
                    let v2 := mload(add(b, 0x2c0))
                    let v3 := mload(add(b, 0x2e0))
                    let v4 := mload(add(b, 0x300))
                    mstore(add(a, 0x280), xor(v0, and(not(v1), v2)))
                    mstore(add(a, 0x2a0), xor(v1, and(not(v2), v3)))
                    mstore(add(a, 0x2c0), xor(v2, and(not(v3), v4)))
                    mstore(add(a, 0x2e0), xor(v3, and(not(v4), v0)))
                    mstore(add(a, 0x300), xor(v4, and(not(v0), v1)))
                }
                // iota
                mstore(a, xor(mload(a), shr(192, mload(rc))))
            }
        }
    }
}
