// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title RiscVArithmetic
/// @notice The operations of RV64IM between two values (RISC-V unprivileged specification, RV64I
/// 2.1 and M 2.0). Nothing traps: division by zero and overflow have results.
library RiscVArithmetic {
    /// @notice Operations of opcodes OP and OP-IMM, on 64 bits.
    /// @param f3 Which, with `alternative` for SUB and SRA.
    function operate(
        uint256 f3,
        bool alternative,
        uint64 a,
        uint64 b
    ) internal pure returns (uint64) {
        unchecked {
            if (f3 == 0) return alternative ? a - b : a + b;
            if (f3 == 1) return a << (b & 63);
            if (f3 == 2) return int64(a) < int64(b) ? 1 : 0;
            if (f3 == 3) return a < b ? 1 : 0;
            if (f3 == 4) return a ^ b;
            if (f3 == 5) return alternative ? uint64(int64(a) >> (b & 63)) : a >> (b & 63);
            if (f3 == 6) return a | b;
            return a & b;
        }
    }

    /// @notice Operations of opcodes OP-32 and OP-IMM-32: ADDW, SUBW (f3 0), SLLW (1), SRLW, SRAW
    /// (5).
    function operate32(
        uint256 f3,
        bool alternative,
        uint64 a,
        uint64 b
    ) internal pure returns (uint64) {
        unchecked {
            uint32 low = uint32(a);
            if (f3 == 0) return extend32(alternative ? low - uint32(b) : low + uint32(b));
            if (f3 == 1) return extend32(low << uint32(b & 31));
            return extend32(alternative ? uint32(int32(low) >> (b & 31)) : low >> (b & 31));
        }
    }

    /// @notice MUL, MULH, MULHSU, MULHU, DIV, DIVU, REM, REMU, by f3.
    function multiply(
        uint256 f3,
        uint64 a,
        uint64 b
    ) internal pure returns (uint64) {
        unchecked {
            int256 signedA = int64(a);
            int256 signedB = int64(b);
            if (f3 == 0) return a * b;
            if (f3 == 1) return uint64(uint256((signedA * signedB) >> 64));
            if (f3 == 2) return uint64(uint256((signedA * int256(uint256(b))) >> 64));
            if (f3 == 3) return uint64((uint256(a) * b) >> 64);
            if (f3 == 4) {
                // In 256 bits the most negative divided by -1 is exact, and wraps to itself.
                return b == 0 ? type(uint64).max : uint64(uint256(signedA / signedB));
            }
            if (f3 == 5) return b == 0 ? type(uint64).max : a / b;
            if (f3 == 6) return b == 0 ? a : uint64(uint256(signedA % signedB));
            return b == 0 ? a : a % b;
        }
    }

    /// @notice MULW (f3 0), DIVW (4), DIVUW (5), REMW (6), REMUW (7).
    function multiply32(
        uint256 f3,
        uint64 a,
        uint64 b
    ) internal pure returns (uint64) {
        unchecked {
            uint32 low = uint32(a);
            uint32 other = uint32(b);
            int256 signedA = int32(low);
            int256 signedB = int32(other);
            if (f3 == 0) return extend32(low * other);
            if (f3 == 4) {
                return other == 0 ? type(uint64).max : extend32(uint32(uint256(signedA / signedB)));
            }
            if (f3 == 5) return other == 0 ? type(uint64).max : extend32(low / other);
            if (f3 == 6) {
                return extend32(other == 0 ? low : uint32(uint256(signedA % signedB)));
            }
            return extend32(other == 0 ? low : low % other);
        }
    }

    /// @notice Whether a branch is taken: BEQ (f3 0), BNE (1), BLT (4), BGE (5), BLTU (6), BGEU
    /// (7).
    function branches(
        uint256 f3,
        uint64 a,
        uint64 b
    ) internal pure returns (bool) {
        bool holds;
        if (f3 < 2) holds = a == b;
        else if (f3 < 6) holds = int64(a) < int64(b);
        else holds = a < b;
        return holds != (f3 & 1 == 1);
    }

    /// @notice Sign-extends 32 bits to 64.
    function extend32(
        uint32 value
    ) internal pure returns (uint64) {
        return uint64(int64(int32(value)));
    }
}
