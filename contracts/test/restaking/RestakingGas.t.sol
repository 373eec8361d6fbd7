// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IEvidenceModule } from "../../src/restaking/interfaces/IEvidenceModule.sol";
import { BN254, G1Point } from "../../src/restaking/libraries/BN254.sol";
import { Bn254Vectors } from "./Bn254Vectors.sol";
import { BlsKeys } from "./utils/BlsKeys.sol";
import { RestakingTest } from "./utils/RestakingTest.sol";

/// @notice Costs of everything but stake tables. The stake source is a double: a real protocol's
/// share comes on top.
contract RestakingGasTest is RestakingTest {
    function test_gas_bn254() public {
        bytes32 message = keccak256("message 0");
        vm.startSnapshotGas("BN254", "hashToG1: first digest fits");
        G1Point memory hash = BN254.hashToG1(Bn254Vectors.DOMAIN, message);
        vm.stopSnapshotGas();
        vm.startSnapshotGas("BN254", "verify");
        bool valid = BN254.verify(
            hash, Bn254Vectors.keyG1(), Bn254Vectors.keyG2(), Bn254Vectors.signature()
        );
        vm.stopSnapshotGas();
        assertTrue(valid);
    }

    /// forge-config: default.isolate = true
    function test_gas_operatorRegistry() public {
        BlsKeys.Key[] memory keys = BlsKeys.keys(2);
        address operator = address(this);
        G1Point[2] memory proofs;
        for (uint256 i = 0; i < 2; i++) {
            proofs[i] = BlsKeys.sign(keys[i], operators.proofOfPossessionHash(operator, keys[i].g1));
        }
        operators.register(keys[0].g1, keys[0].g2, proofs[0]);
        vm.snapshotGasLastCall("OperatorRegistry", "register");
        operators.rotate(keys[1].g1, keys[1].g2, proofs[1]);
        vm.snapshotGasLastCall("OperatorRegistry", "rotate");
    }

    /// forge-config: default.isolate = true
    function test_gas_slasher() public {
        address operator = makeAddr("operator");
        source.setMember(service, operator, true);
        _deposit(operator, 0, MIN_ETH);
        _deposit(operator, 1, MIN_ALT);
        uint48 timestamp = uint48(block.timestamp);
        evidence.prove(operator, timestamp, "", IEvidenceModule.Offence(service, "a", address(0)));
        slasher.commit(slasher.commitmentOf(address(this), OFFENCE_KIND, operator, "", "salt"));
        vm.snapshotGasLastCall("Slasher", "commit");
        vm.roll(vm.getBlockNumber() + 1);
        bytes32 offence = slasher.slash(OFFENCE_KIND, operator, timestamp, "", "salt");
        vm.snapshotGasLastCall("Slasher", "slash");
        slasher.distribute(offence, address(tokens[0]));
        vm.snapshotGasLastCall("Slasher", "distribute");
        slasher.claim(address(this), address(tokens[0]));
        vm.snapshotGasLastCall("Slasher", "claim");
    }
}
