// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import { GasPriceOracle } from "../../src/rollup/GasPriceOracle.sol";
import { L1Block } from "../../src/rollup/L1Block.sol";
import { IGasPriceOracle } from "../../src/rollup/interfaces/IGasPriceOracle.sol";
import { IL1Block } from "../../src/rollup/interfaces/IL1Block.sol";
import { Test } from "forge-std/Test.sol";
import { LibZip } from "solady/utils/LibZip.sol";

contract GasPriceOracleTest is Test {
    address private constant DEPOSITOR = 0xDeaDDEaDDeAdDeAdDEAdDEaddeAddEAdDEAd0001;
    L1Block private constant L1_BLOCK = L1Block(0x4200000000000000000000000000000000000015);

    GasPriceOracle private oracle;

    function setUp() public {
        vm.etch(address(L1_BLOCK), address(new L1Block()).code);
        oracle = new GasPriceOracle();
    }

    function activate(
        uint256 upgrades
    ) private {
        vm.startPrank(DEPOSITOR);
        if (upgrades >= 1) oracle.setEcotone();
        if (upgrades >= 2) oracle.setFjord();
        if (upgrades >= 3) oracle.setIsthmus();
        vm.stopPrank();
    }

    function setBedrock(
        uint256 basefee,
        uint256 overhead,
        uint256 scalar
    ) private {
        vm.prank(DEPOSITOR);
        L1_BLOCK.setL1BlockValues(1, 2, basefee, bytes32(0), 0, bytes32(0), overhead, scalar);
    }

    function setIsthmusAttributes(
        uint32 baseFeeScalar,
        uint32 blobScalar,
        uint256 basefee,
        uint256 blobBaseFee,
        uint32 operatorScalar,
        uint64 operatorConstant
    ) private {
        bytes memory data = bytes.concat(
            IL1Block.setL1BlockValuesIsthmus.selector,
            abi.encodePacked(baseFeeScalar, blobScalar, uint64(0), uint64(2), uint64(1)),
            abi.encodePacked(basefee, blobBaseFee, bytes32(0), bytes32(0)),
            abi.encodePacked(operatorScalar, operatorConstant)
        );
        vm.prank(DEPOSITOR);
        (bool ok,) = address(L1_BLOCK).call(data);
        assertTrue(ok);
    }

    /// @dev Calldata gas, counted the slow way.
    function referenceGas(
        bytes memory data
    ) private pure returns (uint256 gas) {
        for (uint256 i = 0; i < data.length; ++i) {
            gas += data[i] == 0 ? 4 : 16;
        }
        gas += 68 * 16;
    }

    /// @dev Fjord's estimate in signed arithmetic, as the specification writes it.
    function referenceSize(
        uint256 length
    ) private pure returns (uint256) {
        int256 size = -42_585_600 + 836_500 * int256(length);
        return size < 100e6 ? 100e6 : uint256(size);
    }

    function testFuzz_BedrockFee(
        bytes memory data,
        uint64 basefee,
        uint64 overhead,
        uint64 scalar
    ) public {
        setBedrock(basefee, overhead, scalar);
        uint256 gas = referenceGas(data) + overhead;
        assertEq(oracle.getL1Fee(data), gas * basefee * scalar / 1e6);
        assertEq(oracle.getL1GasUsed(data), gas);
        assertEq(oracle.overhead(), overhead);
        assertEq(oracle.scalar(), scalar);
    }

    function testFuzz_EcotoneFee(
        bytes memory data,
        uint32 baseFeeScalar,
        uint32 blobScalar,
        uint128 basefee,
        uint128 blobBaseFee
    ) public {
        activate(1);
        setIsthmusAttributes(baseFeeScalar, blobScalar, basefee, blobBaseFee, 0, 0);
        uint256 gas = referenceGas(data);
        uint256 price = uint256(16) * baseFeeScalar * basefee + uint256(blobScalar) * blobBaseFee;
        assertEq(oracle.getL1Fee(data), gas * price / 16e6);
        assertEq(oracle.getL1GasUsed(data), gas);
    }

    function testFuzz_FjordFee(
        bytes memory data,
        uint32 baseFeeScalar,
        uint32 blobScalar,
        uint128 basefee,
        uint128 blobBaseFee
    ) public {
        activate(2);
        setIsthmusAttributes(baseFeeScalar, blobScalar, basefee, blobBaseFee, 0, 0);
        uint256 size = referenceSize(LibZip.flzCompress(data).length + 68);
        uint256 price = uint256(16) * baseFeeScalar * basefee + uint256(blobScalar) * blobBaseFee;
        assertEq(oracle.getL1Fee(data), size * price / 1e12);
        assertEq(oracle.getL1GasUsed(data), size * 16 / 1e6);
    }

    function testFuzz_UpperBound(
        uint32 size,
        uint32 baseFeeScalar,
        uint64 basefee
    ) public {
        activate(2);
        setIsthmusAttributes(baseFeeScalar, 0, basefee, 0, 0, 0);
        uint256 padded = uint256(size) + 68;
        uint256 estimated = referenceSize(padded + padded / 255 + 16);
        assertEq(oracle.getL1FeeUpperBound(size), estimated * 16 * baseFeeScalar * basefee / 1e12);
    }

    function testFuzz_UpperBoundHolds(
        bytes memory data
    ) public {
        activate(2);
        setIsthmusAttributes(1368, 810_949, 30 gwei, 1 gwei, 0, 0);
        assertGe(oracle.getL1FeeUpperBound(data.length), oracle.getL1Fee(data));
    }

    function testFuzz_OperatorFee(
        uint256 gasUsed,
        uint32 scalar,
        uint64 constantPart
    ) public {
        activate(3);
        setIsthmusAttributes(0, 0, 0, 0, scalar, constantPart);
        bool overflows = scalar != 0 && gasUsed > type(uint256).max / scalar;
        uint256 product = overflows ? type(uint256).max : gasUsed * scalar;
        assertEq(oracle.getOperatorFee(gasUsed), product / 1e6 + constantPart);
    }

    function testFuzz_NoOperatorFeeBeforeIsthmus(
        uint64 gasUsed
    ) public {
        activate(2);
        setIsthmusAttributes(0, 0, 0, 0, 1_000_000, 7);
        assertEq(oracle.getOperatorFee(gasUsed), 0);
    }

    function test_UpgradesComeInOrderAndOnce() public {
        vm.startPrank(DEPOSITOR);
        vm.expectRevert(IGasPriceOracle.UpgradeOutOfOrder.selector);
        oracle.setFjord();
        vm.expectRevert(IGasPriceOracle.UpgradeOutOfOrder.selector);
        oracle.setIsthmus();
        oracle.setEcotone();
        vm.expectRevert(IGasPriceOracle.AlreadyActive.selector);
        oracle.setEcotone();
        oracle.setFjord();
        vm.expectRevert(IGasPriceOracle.AlreadyActive.selector);
        oracle.setFjord();
        oracle.setIsthmus();
        vm.expectRevert(IGasPriceOracle.AlreadyActive.selector);
        oracle.setIsthmus();
        vm.stopPrank();
        assertTrue(oracle.isEcotone() && oracle.isFjord() && oracle.isIsthmus());
        // What the L2 genesis writes instead of these calls.
        assertEq(uint256(vm.load(address(oracle), 0)), 0x010101);
    }

    function testFuzz_OnlyTheDepositorActivates(
        address caller
    ) public {
        vm.assume(caller != DEPOSITOR);
        vm.startPrank(caller);
        vm.expectRevert(IGasPriceOracle.NotDepositor.selector);
        oracle.setEcotone();
        vm.expectRevert(IGasPriceOracle.NotDepositor.selector);
        oracle.setFjord();
        vm.expectRevert(IGasPriceOracle.NotDepositor.selector);
        oracle.setIsthmus();
        vm.stopPrank();
    }

    function test_ViewsOfOtherUpgradesRevert() public {
        vm.expectRevert(IGasPriceOracle.NotActive.selector);
        oracle.getL1FeeUpperBound(1);
        activate(1);
        vm.expectRevert(IGasPriceOracle.Deprecated.selector);
        oracle.overhead();
        vm.expectRevert(IGasPriceOracle.Deprecated.selector);
        oracle.scalar();
    }

    function testFuzz_ViewsPassL1BlockThrough(
        uint32 baseFeeScalar,
        uint32 blobScalar,
        uint256 basefee,
        uint256 blobBaseFee,
        uint64 l2BaseFee
    ) public {
        setIsthmusAttributes(baseFeeScalar, blobScalar, basefee, blobBaseFee, 0, 0);
        vm.fee(l2BaseFee);
        assertEq(oracle.baseFeeScalar(), baseFeeScalar);
        assertEq(oracle.blobBaseFeeScalar(), blobScalar);
        assertEq(oracle.l1BaseFee(), basefee);
        assertEq(oracle.blobBaseFee(), blobBaseFee);
        assertEq(oracle.gasPrice(), l2BaseFee);
        assertEq(oracle.baseFee(), l2BaseFee);
        assertEq(oracle.decimals(), 6);
        assertEq(oracle.DECIMALS(), 6);
        assertEq(oracle.version(), "1.4.0+altlayer.1");
    }
}
