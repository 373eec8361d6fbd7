// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import { L1Block } from "../../src/rollup/L1Block.sol";
import { IL1Block } from "../../src/rollup/interfaces/IL1Block.sol";
import { Test } from "forge-std/Test.sol";

contract L1BlockTest is Test {
    struct Attributes {
        uint32 baseFeeScalar;
        uint32 blobBaseFeeScalar;
        uint64 sequenceNumber;
        uint64 timestamp;
        uint64 number;
        uint256 basefee;
        uint256 blobBaseFee;
        bytes32 hash;
        bytes32 batcherHash;
        uint32 operatorFeeScalar;
        uint64 operatorFeeConstant;
    }

    address private depositor;
    L1Block private l1Block;

    function setUp() public {
        l1Block = new L1Block();
        depositor = l1Block.DEPOSITOR_ACCOUNT();
    }

    function ecotoneCalldata(
        Attributes memory a
    ) private pure returns (bytes memory) {
        return bytes.concat(
            IL1Block.setL1BlockValuesEcotone.selector,
            abi.encodePacked(
                a.baseFeeScalar, a.blobBaseFeeScalar, a.sequenceNumber, a.timestamp, a.number
            ),
            abi.encodePacked(a.basefee, a.blobBaseFee, a.hash, a.batcherHash)
        );
    }

    function isthmusCalldata(
        Attributes memory a
    ) private pure returns (bytes memory data) {
        data = bytes.concat(
            ecotoneCalldata(a), abi.encodePacked(a.operatorFeeScalar, a.operatorFeeConstant)
        );
        bytes4 selector = IL1Block.setL1BlockValuesIsthmus.selector;
        for (uint256 i = 0; i < 4; ++i) {
            data[i] = selector[i];
        }
    }

    function send(
        address from,
        bytes memory data
    ) private returns (bool ok, bytes memory returned) {
        vm.prank(from);
        (ok, returned) = address(l1Block).call(data);
    }

    function slot(
        uint256 index
    ) private view returns (uint256) {
        return uint256(vm.load(address(l1Block), bytes32(index)));
    }

    function assertEcotoneFields(
        Attributes memory a
    ) private view {
        assertEq(l1Block.baseFeeScalar(), a.baseFeeScalar, "baseFeeScalar");
        assertEq(l1Block.blobBaseFeeScalar(), a.blobBaseFeeScalar, "blobBaseFeeScalar");
        assertEq(l1Block.sequenceNumber(), a.sequenceNumber, "sequenceNumber");
        assertEq(l1Block.timestamp(), a.timestamp, "timestamp");
        assertEq(l1Block.number(), a.number, "number");
        assertEq(l1Block.basefee(), a.basefee, "basefee");
        assertEq(l1Block.blobBaseFee(), a.blobBaseFee, "blobBaseFee");
        assertEq(l1Block.hash(), a.hash, "hash");
        assertEq(l1Block.batcherHash(), a.batcherHash, "batcherHash");
    }

    function test_SelectorsAreTheSpecifications() public pure {
        assertEq(IL1Block.setL1BlockValues.selector, bytes4(0x015d8eb9));
        assertEq(IL1Block.setL1BlockValuesEcotone.selector, bytes4(0x440a5e20));
        assertEq(IL1Block.setL1BlockValuesIsthmus.selector, bytes4(0x098999be));
        assertEq(IL1Block.NotDepositor.selector, bytes4(0x3cc50b45));
    }

    function testFuzz_IsthmusCalldataIsParsed(
        Attributes memory a
    ) public {
        bytes memory data = isthmusCalldata(a);
        assertEq(data.length, 176);
        (bool ok,) = send(depositor, data);
        assertTrue(ok);
        assertEcotoneFields(a);
        assertEq(l1Block.operatorFeeScalar(), a.operatorFeeScalar, "operatorFeeScalar");
        assertEq(l1Block.operatorFeeConstant(), a.operatorFeeConstant, "operatorFeeConstant");
    }

    function testFuzz_EcotoneCalldataIsParsed(
        Attributes memory a
    ) public {
        bytes memory data = ecotoneCalldata(a);
        assertEq(data.length, 164);
        (bool ok,) = send(depositor, data);
        assertTrue(ok);
        assertEcotoneFields(a);
        assertEq(slot(8), 0, "operator fee untouched");
    }

    /// @dev The slots and offsets that the execution engine reads.
    function testFuzz_StorageLayoutIsTheProtocols(
        Attributes memory a
    ) public {
        send(depositor, isthmusCalldata(a));
        assertEq(slot(0), uint256(a.timestamp) << 64 | a.number);
        assertEq(slot(1), a.basefee);
        assertEq(slot(2), uint256(a.hash));
        assertEq(
            slot(3),
            uint256(a.baseFeeScalar) << 96 | uint256(a.blobBaseFeeScalar) << 64 | a.sequenceNumber
        );
        assertEq(slot(4), uint256(a.batcherHash));
        assertEq(slot(5), 0);
        assertEq(slot(6), 0);
        assertEq(slot(7), a.blobBaseFee);
        assertEq(slot(8), uint256(a.operatorFeeScalar) << 64 | a.operatorFeeConstant);
    }

    function testFuzz_BedrockValuesAreStored(
        uint64 number,
        uint64 timestamp,
        uint256 basefee,
        bytes32 hash,
        uint64 sequenceNumber,
        bytes32 batcherHash,
        uint256 overhead,
        uint256 scalar
    ) public {
        vm.prank(depositor);
        l1Block.setL1BlockValues(
            number, timestamp, basefee, hash, sequenceNumber, batcherHash, overhead, scalar
        );
        assertEq(slot(0), uint256(timestamp) << 64 | number);
        assertEq(slot(1), basefee);
        assertEq(slot(2), uint256(hash));
        assertEq(slot(3), sequenceNumber);
        assertEq(slot(4), uint256(batcherHash));
        assertEq(slot(5), overhead);
        assertEq(slot(6), scalar);
        assertEq(l1Block.l1FeeOverhead(), overhead);
        assertEq(l1Block.l1FeeScalar(), scalar);
    }

    function testFuzz_OnlyTheDepositorWrites(
        address caller,
        Attributes memory a
    ) public {
        vm.assume(caller != depositor);
        bytes memory expected = abi.encodeWithSelector(IL1Block.NotDepositor.selector);
        bytes[3] memory calls = [
            ecotoneCalldata(a),
            isthmusCalldata(a),
            abi.encodeCall(IL1Block.setL1BlockValues, (1, 2, 3, a.hash, 4, a.batcherHash, 5, 6))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool ok, bytes memory returned) = send(caller, calls[i]);
            assertFalse(ok);
            assertEq(returned, expected);
        }
        for (uint256 i = 0; i < 9; ++i) {
            assertEq(slot(i), 0);
        }
    }

    function testFuzz_ShortCalldataIsRefused(
        Attributes memory a,
        uint256 length
    ) public {
        bytes memory data = isthmusCalldata(a);
        length = bound(length, 4, 175);
        assembly ("memory-safe") {
            mstore(data, length)
        }
        (bool ok, bytes memory returned) = send(depositor, data);
        assertFalse(ok);
        assertEq(returned, abi.encodeWithSelector(IL1Block.CalldataTooShort.selector, length, 176));
    }

    function test_GasTokenIsEther() public view {
        (address token, uint8 decimals) = l1Block.gasPayingToken();
        assertEq(token, 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE);
        assertEq(decimals, 18);
        assertEq(l1Block.gasPayingTokenName(), "Ether");
        assertEq(l1Block.gasPayingTokenSymbol(), "ETH");
        assertFalse(l1Block.isCustomGasToken());
        assertEq(l1Block.version(), "1.6.1+altlayer.1");
    }
}
