// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// Loops that stress one side of an EVM each. Every function returns a digest of its work, so that engines
/// can be compared on the result.
contract Workloads {
    event Transfer(address indexed from, address indexed to, uint256 value);

    error InsufficientBalance(address account, uint256 balance, uint256 wanted);

    mapping(address => uint256) public balanceOf;

    /// Token transfers to 64 recipients: two slots, checks and a log each.
    function tokenTransfers(uint256 count) external returns (uint256) {
        balanceOf[msg.sender] = type(uint128).max;
        for (uint256 i = 0; i < count; i++) {
            transfer(address(uint160(0xa11ce000 + (i & 63))), i + 1);
        }
        return balanceOf[address(0xa11ce001)];
    }

    function transfer(address to, uint256 value) internal returns (bool) {
        uint256 balance = balanceOf[msg.sender];
        if (balance < value) revert InsufficientBalance(msg.sender, balance, value);
        unchecked {
            balanceOf[msg.sender] = balance - value;
            balanceOf[to] += value;
        }
        emit Transfer(msg.sender, to, value);
        return true;
    }

    /// Each hash is the next one's input.
    function keccakChain(uint256 count) external pure returns (bytes32 digest) {
        for (uint256 i = 0; i < count; i++) {
            digest = keccak256(abi.encode(digest, i));
        }
    }

    /// Quicksort of pseudo-random numbers in memory.
    function sort(uint256 count) external pure returns (uint256) {
        uint256[] memory values = new uint256[](count);
        uint256 seed = 2463534242;
        for (uint256 i = 0; i < count; i++) {
            seed = (seed * 6364136223846793005 + 1442695040888963407) % 18446744073709551616;
            values[i] = seed >> 16;
        }
        quicksort(values, 0, int256(count) - 1);
        for (uint256 i = 1; i < count; i++) {
            assert(values[i - 1] <= values[i]);
        }
        return values[count / 2];
    }

    function quicksort(uint256[] memory values, int256 low, int256 high) internal pure {
        int256 left = low;
        int256 right = high;
        uint256 pivot = values[uint256(low + (high - low) / 2)];
        while (left <= right) {
            while (values[uint256(left)] < pivot) left++;
            while (pivot < values[uint256(right)]) right--;
            if (left <= right) {
                (values[uint256(left)], values[uint256(right)]) = (values[uint256(right)], values[uint256(left)]);
                left++;
                right--;
            }
        }
        if (low < right) quicksort(values, low, right);
        if (left < high) quicksort(values, left, high);
    }

    /// 32-bit rotations, additions and choices, as the rounds of a hash function have them.
    function mix(uint256 rounds) external pure returns (uint256) {
        unchecked {
            uint32 a = 0x67452301;
            uint32 b = 0xefcdab89;
            uint32 c = 0x98badcfe;
            uint32 d = 0x10325476;
            uint32 e = 0xc3d2e1f0;
            for (uint256 i = 0; i < rounds; i++) {
                uint32 f = (b & c) | (~b & d);
                uint32 sum = rotate(a, 5) + f + e + 0x5a827999 + uint32(i);
                uint32 sigma = rotate(sum, 7) ^ rotate(sum, 18) ^ (sum >> 3);
                e = d;
                d = c;
                c = rotate(b, 30);
                b = a;
                a = sum ^ sigma;
            }
            return uint256(a) | uint256(b) << 32 | uint256(c) << 64 | uint256(d) << 96 | uint256(e) << 128;
        }
    }

    function rotate(uint32 value, uint32 count) internal pure returns (uint32) {
        unchecked {
            return (value << count) | (value >> (32 - count));
        }
    }

    /// The Mandelbrot set in signed fixed point, with checked multiplication and division.
    function mandelbrot(uint256 size, uint256 limit) external pure returns (uint256 total) {
        int256 unit = 1e18;
        for (uint256 row = 0; row < size; row++) {
            for (uint256 column = 0; column < size; column++) {
                int256 real = int256(column) * 3 * unit / int256(size) - 2 * unit;
                int256 imaginary = int256(row) * 2 * unit / int256(size) - unit;
                int256 x = 0;
                int256 y = 0;
                uint256 steps = 0;
                for (; steps < limit; steps++) {
                    int256 xx = x * x / unit;
                    int256 yy = y * y / unit;
                    if (xx + yy > 4 * unit) break;
                    y = 2 * x * y / unit + imaginary;
                    x = xx - yy + real;
                }
                total += steps;
            }
        }
    }

    /// x -> x^2 + b in the field of secp256k1, and in that of BN254.
    function modularSquares(uint256 base, uint256 count) external pure returns (uint256 result) {
        uint256 p = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f;
        uint256 q = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;
        uint256 other = base;
        result = base;
        for (uint256 i = 0; i < count; i++) {
            result = addmod(mulmod(result, result, p), base, p);
            other = addmod(mulmod(other, other, q), base, q);
        }
        result ^= other;
    }
}
