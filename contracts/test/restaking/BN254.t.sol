// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { BN254, G1Point, G2Point } from "../../src/restaking/libraries/BN254.sol";
import { Bn254Vectors } from "./Bn254Vectors.sol";
import { BlsKeys } from "./utils/BlsKeys.sol";
import { Test } from "forge-std/Test.sol";

/// @dev Reverts of a library need a call to be caught.
contract BN254Caller {
    function add(
        G1Point memory a,
        G1Point memory b
    ) external view returns (G1Point memory) {
        return BN254.add(a, b);
    }

    function mul(
        G1Point memory point,
        uint256 scalar
    ) external view returns (G1Point memory) {
        return BN254.mul(point, scalar);
    }

    function verify(
        G1Point memory hash,
        G1Point memory keyG1,
        G2Point memory keyG2,
        G1Point memory signature
    ) external view returns (bool) {
        return BN254.verify(hash, keyG1, keyG2, signature);
    }

    function hashToG1(
        bytes32 domain,
        bytes32 message
    ) external view returns (G1Point memory) {
        return BN254.hashToG1(domain, message);
    }
}

contract BN254Test is Test {
    BN254Caller internal lib = new BN254Caller();

    function _eq(
        G1Point memory a,
        G1Point memory b
    ) private pure {
        assertEq(a.x, b.x, "x");
        assertEq(a.y, b.y, "y");
    }

    function _vectorHash() private view returns (G1Point memory) {
        return BN254.hashToG1(Bn254Vectors.DOMAIN, keccak256("message 0"));
    }

    function test_domain_matchesVector() public pure {
        assertEq(
            BN254.domain(Bn254Vectors.PURPOSE, Bn254Vectors.CHAIN_ID, Bn254Vectors.CONTRACT),
            Bn254Vectors.DOMAIN
        );
    }

    function test_domain_separatesPurposeChainAndContract() public pure {
        bytes32 domain = BN254.domain("a", 1, address(1));
        assertNotEq(domain, BN254.domain("b", 1, address(1)));
        assertNotEq(domain, BN254.domain("a", 2, address(1)));
        assertNotEq(domain, BN254.domain("a", 1, address(2)));
    }

    function test_hashToG1_matchesVectors() public view {
        G1Point[] memory expected = Bn254Vectors.hashes();
        for (uint256 i = 0; i < expected.length; i++) {
            bytes32 message = keccak256(bytes(string.concat("message ", vm.toString(i))));
            _eq(BN254.hashToG1(Bn254Vectors.DOMAIN, message), expected[i]);
        }
    }

    function testFuzz_hashToG1_isOnCurve(
        bytes32 domain,
        bytes32 message
    ) public view {
        G1Point memory point = BN254.hashToG1(domain, message);
        uint256 p = BN254.P;
        assertLt(point.x, p);
        assertLt(point.y, p);
        uint256 cube = mulmod(mulmod(point.x, point.x, p), point.x, p);
        assertEq(mulmod(point.y, point.y, p), addmod(cube, 3, p));
    }

    function test_verify_acceptsVector() public view {
        assertTrue(
            lib.verify(
                _vectorHash(), Bn254Vectors.keyG1(), Bn254Vectors.keyG2(), Bn254Vectors.signature()
            )
        );
        _eq(BN254.mul(BN254.g1Generator(), Bn254Vectors.SECRET), Bn254Vectors.keyG1());
    }

    function test_verify_refusesAnotherMessage() public view {
        assertFalse(
            lib.verify(
                BN254.hashToG1(Bn254Vectors.DOMAIN, keccak256("message 1")),
                Bn254Vectors.keyG1(),
                Bn254Vectors.keyG2(),
                Bn254Vectors.signature()
            )
        );
    }

    function test_verify_refusesKeysOfTwoSecrets() public view {
        BlsKeys.Key[] memory keys = BlsKeys.keys(2);
        G1Point memory hash = _vectorHash();
        // Valid for either key, but not of one secret.
        assertFalse(lib.verify(hash, keys[0].g1, keys[1].g2, BlsKeys.sign(keys[0], hash)));
        assertFalse(lib.verify(hash, keys[0].g1, keys[1].g2, BlsKeys.sign(keys[1], hash)));
    }

    function test_verify_refusesInfinity() public view {
        BlsKeys.Key[] memory keys = BlsKeys.keys(1);
        G1Point memory none = G1Point(0, 0);
        G2Point memory noneG2 = G2Point(0, 0, 0, 0);
        G1Point memory hash = _vectorHash();
        assertFalse(lib.verify(hash, none, noneG2, none), "all");
        assertFalse(lib.verify(hash, none, keys[0].g2, none), "G1");
        assertFalse(lib.verify(hash, keys[0].g1, noneG2, none), "G2");
        assertFalse(lib.verify(hash, keys[0].g1, keys[0].g2, none), "signature");
    }

    /// forge-config: default.fuzz.runs = 128
    function testFuzz_verify_acceptsAggregates(
        bytes32 message,
        uint256 signers
    ) public view {
        BlsKeys.Key[] memory keys = BlsKeys.keys(6);
        signers = bound(signers, 1, 63);
        G1Point memory hash = BN254.hashToG1(0, message);
        G1Point memory keyG1;
        G1Point memory signature;
        G2Point memory keyG2;
        bool any;
        for (uint256 i = 0; i < 6; i++) {
            if ((signers >> i) & 1 == 0) continue;
            keyG1 = BN254.add(keyG1, keys[i].g1);
            signature = BN254.add(signature, BlsKeys.sign(keys[i], hash));
            keyG2 = any ? BlsKeys.add(keyG2, keys[i].g2) : keys[i].g2;
            any = true;
        }
        assertTrue(lib.verify(hash, keyG1, keyG2, signature));
        assertFalse(lib.verify(hash, keyG1, keyG2, BN254.negate(signature)));
    }

    /// forge-config: default.fuzz.runs = 128
    function testFuzz_verify_refusesForgeries(
        uint256 scalar
    ) public view {
        BlsKeys.Key[] memory keys = BlsKeys.keys(5);
        G1Point memory hash = _vectorHash();
        vm.assume(scalar % BN254.R != keys[4].secret);
        G1Point memory forged = BN254.mul(hash, scalar);
        assertFalse(lib.verify(hash, keys[4].g1, keys[4].g2, forged));
    }

    function testFuzz_addition_isScalarAddition(
        uint256 a,
        uint256 b
    ) public view {
        G1Point memory g = BN254.g1Generator();
        _eq(BN254.add(BN254.mul(g, a), BN254.mul(g, b)), BN254.mul(g, addmod(a, b, BN254.R)));
    }

    function testFuzz_negate_cancels(
        uint256 a
    ) public view {
        G1Point memory point = BN254.mul(BN254.g1Generator(), a);
        assertTrue(BN254.isInfinity(BN254.add(point, BN254.negate(point))));
    }

    function test_malformedPoints_revert() public {
        address ecAdd = address(6);
        address ecMul = address(7);
        G1Point memory g = BN254.g1Generator();
        G1Point memory offCurve = G1Point(1, 3);
        G1Point memory notReduced = G1Point(1 + BN254.P, 2);
        vm.expectRevert(abi.encodeWithSelector(BN254.PrecompileFailed.selector, ecAdd));
        lib.add(g, offCurve);
        vm.expectRevert(abi.encodeWithSelector(BN254.PrecompileFailed.selector, ecAdd));
        lib.add(notReduced, g);
        vm.expectRevert(abi.encodeWithSelector(BN254.PrecompileFailed.selector, ecMul));
        lib.mul(offCurve, 2);
        vm.expectRevert(abi.encodeWithSelector(BN254.PrecompileFailed.selector, ecMul));
        lib.mul(notReduced, 2);
    }

    function test_verify_revertsOutsideG2() public {
        BlsKeys.Key[] memory keys = BlsKeys.keys(1);
        G1Point memory hash = _vectorHash();
        bytes memory failed = abi.encodeWithSelector(BN254.PrecompileFailed.selector, address(8));
        vm.expectRevert(failed);
        lib.verify(hash, keys[0].g1, G2Point(1, 2, 3, 4), keys[0].g1);
        // On the twist, but not of order R.
        G2Point memory outside = G2Point(
            0,
            1,
            0x2351dcdda257b62181cbd745dfee16d5fdf4eb185bbcf33c20a0fe6eaa9cb4a3,
            0x07fb3d558dafafb6bf6dd326a5fefe0beca3f9ac3bd999a390d504fad34b0b8c
        );
        vm.expectRevert(failed);
        lib.verify(hash, keys[0].g1, outside, keys[0].g1);
    }

    /// The same key written with a coordinate above the field is no other key: it is refused.
    function test_verify_revertsOnCoordinatesAboveTheField() public {
        BlsKeys.Key[] memory keys = BlsKeys.keys(1);
        G1Point memory hash = _vectorHash();
        G1Point memory signature = BlsKeys.sign(keys[0], hash);
        bytes memory failed = abi.encodeWithSelector(BN254.PrecompileFailed.selector, address(8));
        for (uint256 i = 0; i < 4; i++) {
            uint256[4] memory at =
                [keys[0].g2.xImaginary, keys[0].g2.xReal, keys[0].g2.yImaginary, keys[0].g2.yReal];
            at[i] += BN254.P;
            vm.expectRevert(failed);
            lib.verify(hash, keys[0].g1, G2Point(at[0], at[1], at[2], at[3]), signature);
        }
        failed = abi.encodeWithSelector(BN254.PrecompileFailed.selector, address(7));
        G1Point memory above = G1Point(keys[0].g1.x + BN254.P, keys[0].g1.y);
        vm.expectRevert(failed);
        lib.verify(hash, above, keys[0].g2, signature);
        failed = abi.encodeWithSelector(BN254.PrecompileFailed.selector, address(6));
        signature.y += BN254.P;
        vm.expectRevert(failed);
        lib.verify(hash, keys[0].g1, keys[0].g2, signature);
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_malformedPoint_burnsBoundedGas(
        uint256 x,
        uint256 y
    ) public view {
        vm.assume(x != 0 || y != 0);
        G1Point memory point = G1Point(x, y);
        uint256 before = gasleft();
        try lib.add(point, point) { } catch { }
        assertLt(before - gasleft(), 20_000);
    }

    /// @dev Want of gas is a revert, never the answer "invalid".
    /// forge-config: default.fuzz.runs = 128
    function testFuzz_verify_neverFalseForWantOfGas(
        uint256 gasGiven
    ) public view {
        gasGiven = bound(gasGiven, 1000, 300_000);
        try lib.verify{ gas: gasGiven }(
            Bn254Vectors.hashes()[0],
            Bn254Vectors.keyG1(),
            Bn254Vectors.keyG2(),
            Bn254Vectors.signature()
        ) returns (
            bool valid
        ) {
            assertTrue(valid);
        } catch { }
    }
}
