// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice Affine point of G1: y² = x³ + 3 over the base field; (0, 0) is the point at infinity.
struct G1Point {
    uint256 x;
    uint256 y;
}

/// @notice Affine point of G2, coordinates in the order of EIP-197: the coefficient of the
/// imaginary unit comes first. All zero is the point at infinity.
struct G2Point {
    uint256 xImaginary;
    uint256 xReal;
    uint256 yImaginary;
    uint256 yReal;
}

/// @title BN254
/// @notice BLS signatures on BN254 (EIP-196, EIP-197): signatures in G1, keys in G2. A key's image
/// in G1 (the same secret times the generator of G1) goes with it, so that contracts add and
/// subtract keys at the price of G1; `verify` checks that the two are of one secret.
///
/// Hash to G1, to the byte. `domain` and `message` are 32 bytes each, p is the base field's size:
///
///     for i = 0, 1, ..., 255:
///         d = keccak256(domain || message || uint8(i)), read as a big-endian integer
///         if d >= 4p: next i
///         x = d mod p, a = x³ + 3 mod p, y = a^((p + 1) / 4) mod p
///         if y² mod p != a: next i
///         if floor(d / p) is odd: y = p - y
///         return (x, y)
///
/// Below 4p each (x, sign) is equally likely, so the result is uniform in G1 (its cofactor is 1).
/// About 2.6 digests and 2 square roots are expected. Messages are public: nothing leaks by time,
/// and who grinds for a message of k more square roots pays 2^k hashes for k times 1.4 k gas.
///
///     domain = keccak256(abi.encode(SUITE, keccak256(purpose), chain id, verifying contract))
///
/// Precompiles are called with at most the gas they ever cost, since they consume all of it on
/// malformed input, and a failed call reverts: want of gas is never taken for a bad signature.
library BN254 {
    /// @notice Size of the base field.
    uint256 internal constant P =
        0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;
    /// @notice Order of G1, of G2 and of the scalar field.
    uint256 internal constant R =
        0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;

    /// @notice Names the signature suite within every domain.
    bytes32 internal constant SUITE =
        keccak256("AltLayer BN254 G1 keccak256 rejection-sampling v1");

    uint256 private constant SQRT_EXPONENT = (P + 1) / 4;
    uint256 private constant SIGNED_FIELD = 4 * P;

    uint256 private constant G2_X_IMAGINARY =
        0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2;
    uint256 private constant G2_X_REAL =
        0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed;
    uint256 private constant G2_Y_IMAGINARY =
        0x090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b;
    uint256 private constant G2_Y_REAL =
        0x12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa;

    address private constant MODEXP = 0x0000000000000000000000000000000000000005;
    address private constant EC_ADD = 0x0000000000000000000000000000000000000006;
    address private constant EC_MUL = 0x0000000000000000000000000000000000000007;
    address private constant EC_PAIRING = 0x0000000000000000000000000000000000000008;

    // The highest price each ever had on Ethereum: EIP-198, EIP-196 and EIP-197 before EIP-1108.
    uint256 private constant MODEXP_GAS = 16_000;
    uint256 private constant EC_ADD_GAS = 500;
    uint256 private constant EC_MUL_GAS = 40_000;
    uint256 private constant EC_PAIRING_GAS = 260_000;

    /// @notice A precompile refused its input (a coordinate out of range, a point not on its curve
    /// or not in its subgroup), or had too little gas.
    error PrecompileFailed(address precompile);
    /// @notice 256 digests gave no point; this happens once in 10^52 messages.
    error NoPointFound(bytes32 domain, bytes32 message);

    function g1Generator() internal pure returns (G1Point memory) {
        return G1Point(1, 2);
    }

    function g2Generator() internal pure returns (G2Point memory) {
        return G2Point(G2_X_IMAGINARY, G2_X_REAL, G2_Y_IMAGINARY, G2_Y_REAL);
    }

    function isInfinity(
        G1Point memory point
    ) internal pure returns (bool) {
        return point.x == 0 && point.y == 0;
    }

    function isInfinity(
        G2Point memory point
    ) internal pure returns (bool) {
        return
            point.xImaginary == 0 && point.xReal == 0 && point.yImaginary == 0 && point.yReal == 0;
    }

    function negate(
        G1Point memory point
    ) internal pure returns (G1Point memory) {
        return G1Point(point.x, point.y == 0 ? 0 : P - point.y % P);
    }

    function add(
        G1Point memory a,
        G1Point memory b
    ) internal view returns (G1Point memory sum) {
        uint256[4] memory input = [a.x, a.y, b.x, b.y];
        bool ok;
        assembly ("memory-safe") {
            ok := staticcall(EC_ADD_GAS, EC_ADD, input, 0x80, sum, 0x40)
        }
        if (!ok) revert PrecompileFailed(EC_ADD);
    }

    /// @param scalar Any value; it counts modulo R.
    function mul(
        G1Point memory point,
        uint256 scalar
    ) internal view returns (G1Point memory product) {
        uint256[3] memory input = [point.x, point.y, scalar];
        bool ok;
        assembly ("memory-safe") {
            ok := staticcall(EC_MUL_GAS, EC_MUL, input, 0x60, product, 0x40)
        }
        if (!ok) revert PrecompileFailed(EC_MUL);
    }

    /// @notice Whether e(a1, a2) · e(b1, b2) = 1. The precompile checks curves and subgroups.
    function pairing(
        G1Point memory a1,
        G2Point memory a2,
        G1Point memory b1,
        G2Point memory b2
    ) internal view returns (bool) {
        uint256[12] memory input = [
            a1.x,
            a1.y,
            a2.xImaginary,
            a2.xReal,
            a2.yImaginary,
            a2.yReal,
            b1.x,
            b1.y,
            b2.xImaginary,
            b2.xReal,
            b2.yImaginary,
            b2.yReal
        ];
        bool ok;
        uint256 result;
        assembly ("memory-safe") {
            ok := staticcall(EC_PAIRING_GAS, EC_PAIRING, input, 0x180, 0, 0x20)
            ok := and(ok, eq(returndatasize(), 0x20))
            result := mload(0)
        }
        if (!ok) revert PrecompileFailed(EC_PAIRING);
        return result == 1;
    }

    /// @notice Domain of signatures for one purpose and one contract on one chain.
    /// @param purpose Says in words what is signed, such as "MACH claim".
    function domain(
        string memory purpose,
        uint256 chainId,
        address verifyingContract
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(SUITE, keccak256(bytes(purpose)), chainId, verifyingContract));
    }

    /// @notice Hash to G1 as this library's head defines it.
    function hashToG1(
        bytes32 domain_,
        bytes32 message
    ) internal view returns (G1Point memory) {
        for (uint256 i = 0; i < 256; i++) {
            uint256 digest = uint256(keccak256(abi.encodePacked(domain_, message, uint8(i))));
            if (digest >= SIGNED_FIELD) continue;
            uint256 x = digest % P;
            uint256 square = addmod(mulmod(mulmod(x, x, P), x, P), 3, P);
            uint256 y = _power(square, SQRT_EXPONENT);
            if (mulmod(y, y, P) != square) continue;
            return G1Point(x, (digest / P) & 1 == 1 ? P - y : y);
        }
        revert NoPointFound(domain_, message);
    }

    /// @notice Whether `signature` is `hash` times the secret of both `keyG1` and `keyG2`. False
    /// for a key at infinity. Reverts when a point is not on its curve or not in its subgroup.
    ///
    /// One pairing of two pairs: e(s + γ k1, -g2) · e(h + γ g1, k2) = 1 with γ the hash of all
    /// four. The signature's equation and the keys' equation hold together or, but for one γ in R,
    /// not at all.
    /// @param hash Result of `hashToG1`.
    /// @param keyG1 The key in G1; for several signers the sum.
    /// @param keyG2 The key in G2; for several signers the sum. Untrusted.
    /// @param signature Signature; for several signers the sum. Untrusted.
    function verify(
        G1Point memory hash,
        G1Point memory keyG1,
        G2Point memory keyG2,
        G1Point memory signature
    ) internal view returns (bool) {
        if (isInfinity(keyG1) || isInfinity(keyG2)) return false;
        uint256 gamma = uint256(keccak256(abi.encode(hash, keyG1, keyG2, signature))) % R;
        G2Point memory negativeG2 =
            G2Point(G2_X_IMAGINARY, G2_X_REAL, P - G2_Y_IMAGINARY, P - G2_Y_REAL);
        return pairing(
            add(signature, mul(keyG1, gamma)),
            negativeG2,
            add(hash, mul(g1Generator(), gamma)),
            keyG2
        );
    }

    function _power(
        uint256 base,
        uint256 exponent
    ) private view returns (uint256 result) {
        uint256[6] memory input = [uint256(32), 32, 32, base, exponent, P];
        bool ok;
        assembly ("memory-safe") {
            ok := staticcall(MODEXP_GAS, MODEXP, input, 0xc0, 0, 0x20)
            ok := and(ok, eq(returndatasize(), 0x20))
            result := mload(0)
        }
        if (!ok) revert PrecompileFailed(MODEXP);
    }
}
