// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { BN254, G1Point, G2Point } from "../../../src/restaking/libraries/BN254.sol";

/// @notice Keys of the secrets 1, 2, 3, ...: G2 is added with textbook formulas over Fp2.
library BlsKeys {
    uint256 private constant P = BN254.P;

    struct Key {
        uint256 secret;
        G1Point g1;
        G2Point g2;
    }

    /// @dev Element a + bi of Fp2.
    struct Fp2 {
        uint256 a;
        uint256 b;
    }

    function keys(
        uint256 count
    ) internal view returns (Key[] memory result) {
        result = new Key[](count);
        G1Point memory g1 = BN254.g1Generator();
        G2Point memory g2 = BN254.g2Generator();
        for (uint256 i = 0; i < count; i++) {
            result[i] = Key(i + 1, g1, g2);
            g1 = BN254.add(g1, BN254.g1Generator());
            g2 = add(g2, BN254.g2Generator());
        }
    }

    function sign(
        Key memory key,
        G1Point memory hash
    ) internal view returns (G1Point memory) {
        return BN254.mul(hash, key.secret);
    }

    /// @dev Neither point is infinity nor the other's negative.
    function add(
        G2Point memory p,
        G2Point memory q
    ) internal view returns (G2Point memory) {
        Fp2 memory px = Fp2(p.xReal, p.xImaginary);
        Fp2 memory py = Fp2(p.yReal, p.yImaginary);
        Fp2 memory qx = Fp2(q.xReal, q.xImaginary);
        Fp2 memory qy = Fp2(q.yReal, q.yImaginary);
        Fp2 memory slope;
        if (px.a == qx.a && px.b == qx.b) {
            Fp2 memory square = _mul(px, px);
            slope = _mul(_add(square, _add(square, square)), _inverse(_add(py, py)));
        } else {
            slope = _mul(_sub(qy, py), _inverse(_sub(qx, px)));
        }
        Fp2 memory x = _sub(_sub(_mul(slope, slope), px), qx);
        Fp2 memory y = _sub(_mul(slope, _sub(px, x)), py);
        return G2Point(x.b, x.a, y.b, y.a);
    }

    function _add(
        Fp2 memory x,
        Fp2 memory y
    ) private pure returns (Fp2 memory) {
        return Fp2(addmod(x.a, y.a, P), addmod(x.b, y.b, P));
    }

    function _sub(
        Fp2 memory x,
        Fp2 memory y
    ) private pure returns (Fp2 memory) {
        return Fp2(addmod(x.a, P - y.a, P), addmod(x.b, P - y.b, P));
    }

    function _mul(
        Fp2 memory x,
        Fp2 memory y
    ) private pure returns (Fp2 memory) {
        return Fp2(
            addmod(mulmod(x.a, y.a, P), P - mulmod(x.b, y.b, P), P),
            addmod(mulmod(x.a, y.b, P), mulmod(x.b, y.a, P), P)
        );
    }

    function _inverse(
        Fp2 memory x
    ) private view returns (Fp2 memory) {
        uint256 norm = addmod(mulmod(x.a, x.a, P), mulmod(x.b, x.b, P), P);
        (bool ok, bytes memory result) =
            address(5).staticcall(abi.encode(uint256(32), 32, 32, norm, P - 2, P));
        require(ok, "modexp");
        uint256 inverse = abi.decode(result, (uint256));
        return Fp2(mulmod(x.a, inverse, P), mulmod(P - x.b, inverse, P));
    }
}
