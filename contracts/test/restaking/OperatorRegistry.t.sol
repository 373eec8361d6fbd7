// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { OperatorRegistry } from "../../src/restaking/OperatorRegistry.sol";
import { IOperatorRegistry } from "../../src/restaking/interfaces/IOperatorRegistry.sol";
import { BN254, G1Point } from "../../src/restaking/libraries/BN254.sol";
import { BlsKeys } from "./utils/BlsKeys.sol";
import { RestakingTest } from "./utils/RestakingTest.sol";

contract OperatorRegistryTest is RestakingTest {
    address internal alice = makeAddr("alice");
    address internal mallory = makeAddr("mallory");
    BlsKeys.Key[] internal keys;

    function setUp() public override {
        super.setUp();
        BlsKeys.Key[] memory all = BlsKeys.keys(4);
        for (uint256 i = 0; i < all.length; i++) {
            keys.push(all[i]);
        }
    }

    function _proof(
        address operator,
        BlsKeys.Key memory key
    ) private view returns (G1Point memory) {
        return BlsKeys.sign(key, operators.proofOfPossessionHash(operator, key.g1));
    }

    function _rotate(
        address operator,
        BlsKeys.Key memory key
    ) private {
        G1Point memory proof = _proof(operator, key);
        vm.prank(operator);
        operators.rotate(key.g1, key.g2, proof);
    }

    function _assertKeyAt(
        uint256 timestamp,
        G1Point memory expected
    ) private view {
        G1Point memory key = operators.keyAt(alice, uint48(timestamp));
        assertEq(key.x, expected.x);
        assertEq(key.y, expected.y);
    }

    function test_register_givesTheKeyAtOnce() public {
        G1Point memory proof = _proof(alice, keys[0]);
        vm.expectEmit(address(operators));
        emit IOperatorRegistry.KeyRegistered(alice, keys[0].g1, keys[0].g2, uint48(block.timestamp));
        vm.prank(alice);
        operators.register(keys[0].g1, keys[0].g2, proof);
        assertTrue(operators.isRegistered(alice));
        assertEq(operators.holderOf(keys[0].g1), alice);
        _assertKeyAt(block.timestamp - 1, G1Point(0, 0));
        _assertKeyAt(block.timestamp, keys[0].g1);
    }

    function test_register_onlyOnce() public {
        _register(alice, keys[0]);
        G1Point memory proof = _proof(alice, keys[1]);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.AlreadyRegistered.selector, alice));
        vm.prank(alice);
        operators.register(keys[1].g1, keys[1].g2, proof);
    }

    /// @dev Mallory sees Alice's registration in flight and sends it as her own.
    function test_register_cannotBeFrontRun() public {
        G1Point memory proof = _proof(alice, keys[0]);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.InvalidProofOfPossession.selector, mallory)
        );
        vm.prank(mallory);
        operators.register(keys[0].g1, keys[0].g2, proof);
        vm.prank(alice);
        operators.register(keys[0].g1, keys[0].g2, proof);
    }

    function test_register_refusesProofForAnotherRegistryOrChain() public {
        OperatorRegistry other = new OperatorRegistry(ROTATION_DELAY);
        G1Point memory elsewhere =
            BlsKeys.sign(keys[0], other.proofOfPossessionHash(alice, keys[0].g1));
        bytes memory refused =
            abi.encodeWithSelector(IOperatorRegistry.InvalidProofOfPossession.selector, alice);
        vm.expectRevert(refused);
        vm.prank(alice);
        operators.register(keys[0].g1, keys[0].g2, elsewhere);

        G1Point memory proof = _proof(alice, keys[0]);
        vm.chainId(56);
        vm.expectRevert(refused);
        vm.prank(alice);
        operators.register(keys[0].g1, keys[0].g2, proof);
    }

    /// @dev The rogue key: own key less the sum of the others', so that it alone signs for all.
    function test_register_refusesRogueKey() public {
        _register(alice, keys[0]);
        G1Point memory rogue = BN254.add(keys[2].g1, BN254.negate(keys[0].g1));
        G1Point memory proof =
            BlsKeys.sign(keys[2], operators.proofOfPossessionHash(mallory, rogue));
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.InvalidProofOfPossession.selector, mallory)
        );
        vm.prank(mallory);
        operators.register(rogue, keys[2].g2, proof);
    }

    function test_register_refusesInfinity() public {
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.InvalidProofOfPossession.selector, alice)
        );
        vm.prank(alice);
        operators.register(G1Point(0, 0), keys[0].g2, G1Point(0, 0));
    }

    /// A key in G2 of another secret, or the key in G1 written otherwise, proves nothing.
    function test_register_refusesHalvesThatDoNotMatch() public {
        G1Point memory proof = _proof(alice, keys[0]);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.InvalidProofOfPossession.selector, alice)
        );
        vm.prank(alice);
        operators.register(keys[0].g1, keys[1].g2, proof);
        G1Point memory above = G1Point(keys[0].g1.x + BN254.P, keys[0].g1.y);
        vm.expectRevert(abi.encodeWithSelector(BN254.PrecompileFailed.selector, address(7)));
        vm.prank(alice);
        operators.register(above, keys[0].g2, proof);
    }

    /// A rotation is front-run as little as a registration, and a key's proof is not another's.
    function test_rotate_cannotBeFrontRun() public {
        _register(alice, keys[0]);
        _register(mallory, keys[1]);
        G1Point memory proof = _proof(alice, keys[2]);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.InvalidProofOfPossession.selector, mallory)
        );
        vm.prank(mallory);
        operators.rotate(keys[2].g1, keys[2].g2, proof);
        vm.prank(alice);
        operators.rotate(keys[2].g1, keys[2].g2, proof);
        assertEq(operators.holderOf(keys[2].g1), alice);
    }

    function test_keyIsUsedOnce() public {
        _register(alice, keys[0]);
        bytes memory used =
            abi.encodeWithSelector(IOperatorRegistry.KeyUsed.selector, keys[0].g1, alice);
        G1Point memory proof = _proof(mallory, keys[0]);
        vm.expectRevert(used);
        vm.prank(mallory);
        operators.register(keys[0].g1, keys[0].g2, proof);

        vm.prank(alice);
        operators.deregister();
        proof = _proof(alice, keys[0]);
        vm.expectRevert(used);
        vm.prank(alice);
        operators.register(keys[0].g1, keys[0].g2, proof);
    }

    function test_rotate_takesEffectAfterTheDelay() public {
        _register(alice, keys[0]);
        vm.warp(block.timestamp + 10 days);
        uint256 at = block.timestamp + ROTATION_DELAY;
        _rotate(alice, keys[1]);
        _assertKeyAt(block.timestamp, keys[0].g1);
        _assertKeyAt(at - 1, keys[0].g1);
        _assertKeyAt(at, keys[1].g1);
    }

    function test_rotate_oneAtATime() public {
        _register(alice, keys[0]);
        uint48 at = uint48(block.timestamp) + ROTATION_DELAY;
        _rotate(alice, keys[1]);
        vm.warp(at - 1);
        G1Point memory proof = _proof(alice, keys[2]);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.RotationPending.selector, alice, at)
        );
        vm.prank(alice);
        operators.rotate(keys[2].g1, keys[2].g2, proof);
        vm.warp(at);
        _rotate(alice, keys[2]);
        // History stays what it was.
        _assertKeyAt(at - 1, keys[0].g1);
        _assertKeyAt(at, keys[1].g1);
        _assertKeyAt(at + ROTATION_DELAY, keys[2].g1);
    }

    function test_rotate_needsRegistration() public {
        G1Point memory proof = _proof(alice, keys[0]);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.NotRegistered.selector, alice));
        vm.prank(alice);
        operators.rotate(keys[0].g1, keys[0].g2, proof);
    }

    function test_deregister_dropsAPendingRotation() public {
        _register(alice, keys[0]);
        vm.warp(block.timestamp + 1);
        _rotate(alice, keys[1]);
        uint256 at = block.timestamp + 1;
        vm.warp(at);
        vm.prank(alice);
        operators.deregister();
        assertFalse(operators.isRegistered(alice));
        _assertKeyAt(at - 1, keys[0].g1);
        _assertKeyAt(at, G1Point(0, 0));
        _assertKeyAt(at + 10 * ROTATION_DELAY, G1Point(0, 0));
    }

    function test_deregister_thenRegisterWithinOneBlock() public {
        _register(alice, keys[0]);
        vm.prank(alice);
        operators.deregister();
        _assertKeyAt(block.timestamp, G1Point(0, 0));
        _register(alice, keys[1]);
        _assertKeyAt(block.timestamp, keys[1].g1);
    }

    function test_deregister_needsRegistration() public {
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.NotRegistered.selector, alice));
        vm.prank(alice);
        operators.deregister();
    }

    /// @dev Who comes and goes as often as it can does not make its key dear to read.
    function test_keyAt_costsLittleWithALongHistory() public {
        BlsKeys.Key[] memory many = BlsKeys.keys(40);
        uint48 first = uint48(block.timestamp);
        for (uint256 i = 0; i < many.length; i++) {
            _register(alice, many[i]);
            vm.warp(block.timestamp + 12);
            vm.prank(alice);
            operators.deregister();
            vm.warp(block.timestamp + 12);
        }
        for (uint256 i = 0; i < many.length; i++) {
            _assertKeyAt(first + 24 * i, many[i].g1);
            _assertKeyAt(first + 24 * i + 11, many[i].g1);
            _assertKeyAt(first + 24 * i + 12, G1Point(0, 0));
        }
        vm.cool(address(operators));
        uint256 before = gasleft();
        operators.keyAt(alice, first);
        assertLt(before - gasleft(), 30_000);
    }

    /// @dev Whatever happens later, the key at a time that has passed stays the same.
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_historyNeverChanges(
        uint8[6] memory actions,
        uint24[6] memory waits
    ) public {
        uint256 next;
        for (uint256 i = 0; i < actions.length; i++) {
            uint48 past = uint48(block.timestamp);
            if (i > 0) vm.warp(block.timestamp + 1 + waits[i]);
            G1Point memory before = operators.keyAt(alice, past);
            if (!operators.isRegistered(alice)) {
                if (next < 4) _register(alice, keys[next++]);
            } else if (actions[i] % 2 == 0 && next < 4) {
                try this.tryRotate(next) {
                    next++;
                } catch { }
            } else {
                vm.prank(alice);
                operators.deregister();
            }
            if (past != block.timestamp) _assertKeyAt(past, before);
        }
    }

    function tryRotate(
        uint256 key
    ) external {
        _rotate(alice, keys[key]);
    }
}
