// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import { IGasPriceOracle } from "./interfaces/IGasPriceOracle.sol";
import { IL1Block } from "./interfaces/IL1Block.sol";
import { FastLz } from "./libraries/FastLz.sol";

/// @title GasPriceOracle
/// @notice Predeploy 0x420000000000000000000000000000000000000F, behind a proxy.
contract GasPriceOracle is IGasPriceOracle {
    /// @inheritdoc IGasPriceOracle
    uint256 public constant DECIMALS = 6;

    address private constant DEPOSITOR_ACCOUNT = 0xDeaDDEaDDeAdDeAdDEAdDEaddeAddEAdDEAd0001;
    IL1Block private constant L1_BLOCK = IL1Block(0x4200000000000000000000000000000000000015);

    /// @dev Fjord's estimate of a transaction's size in a batch, in millionths of a byte:
    ///      max(100e6, 836500 * FastLZ length - 42585600).
    uint256 private constant ESTIMATE_SLOPE = 836_500;
    uint256 private constant ESTIMATE_INTERCEPT = 42_585_600;
    uint256 private constant ESTIMATE_MINIMUM = 100e6;

    /// @dev Bytes a signature adds to an unsigned transaction.
    uint256 private constant SIGNATURE_BYTES = 68;

    /// @dev Calldata gas of L1 since Istanbul.
    uint256 private constant ZERO_BYTE_GAS = 4;
    uint256 private constant NONZERO_BYTE_GAS = 16;

    // The upstream contract keeps its flags in this slot and order too; genesis sets them.

    /// @inheritdoc IGasPriceOracle
    bool public isEcotone;

    /// @inheritdoc IGasPriceOracle
    bool public isFjord;

    /// @inheritdoc IGasPriceOracle
    bool public isIsthmus;

    modifier onlyDepositor() {
        if (msg.sender != DEPOSITOR_ACCOUNT) revert NotDepositor();
        _;
    }

    /// @inheritdoc IGasPriceOracle
    function setEcotone() external onlyDepositor {
        if (isEcotone) revert AlreadyActive();
        isEcotone = true;
    }

    /// @inheritdoc IGasPriceOracle
    function setFjord() external onlyDepositor {
        if (!isEcotone) revert UpgradeOutOfOrder();
        if (isFjord) revert AlreadyActive();
        isFjord = true;
    }

    /// @inheritdoc IGasPriceOracle
    function setIsthmus() external onlyDepositor {
        if (!isFjord) revert UpgradeOutOfOrder();
        if (isIsthmus) revert AlreadyActive();
        isIsthmus = true;
    }

    /// @inheritdoc IGasPriceOracle
    function getL1Fee(
        bytes memory data
    ) external view returns (uint256) {
        if (isFjord) return _fjordFee(FastLz.compressedLength(data) + SIGNATURE_BYTES);
        if (isEcotone) {
            return _calldataGas(data) * _weightedGasPrice() / (NONZERO_BYTE_GAS * 10 ** DECIMALS);
        }
        uint256 gas = _calldataGas(data) + L1_BLOCK.l1FeeOverhead();
        return gas * l1BaseFee() * L1_BLOCK.l1FeeScalar() / 10 ** DECIMALS;
    }

    /// @inheritdoc IGasPriceOracle
    function getL1FeeUpperBound(
        uint256 unsignedTxSize
    ) external view returns (uint256) {
        if (!isFjord) revert NotActive();
        uint256 size = unsignedTxSize + SIGNATURE_BYTES;
        // Incompressible data grows by one byte in 255; 16 more cover the rest in practice.
        return _fjordFee(size + size / 255 + 16);
    }

    /// @inheritdoc IGasPriceOracle
    function getL1GasUsed(
        bytes memory data
    ) external view returns (uint256) {
        if (isFjord) {
            uint256 size = _estimatedSize(FastLz.compressedLength(data) + SIGNATURE_BYTES);
            return size * NONZERO_BYTE_GAS / 10 ** DECIMALS;
        }
        uint256 gas = _calldataGas(data);
        return isEcotone ? gas : gas + L1_BLOCK.l1FeeOverhead();
    }

    /// @inheritdoc IGasPriceOracle
    function getOperatorFee(
        uint256 gasUsed
    ) external view returns (uint256) {
        if (!isIsthmus) return 0;
        uint256 gasScalar = L1_BLOCK.operatorFeeScalar();
        uint256 constantPart = L1_BLOCK.operatorFeeConstant();
        unchecked {
            uint256 product = gasUsed * gasScalar;
            if (gasScalar != 0 && product / gasScalar != gasUsed) product = type(uint256).max;
            // The quotient is below 2^237 and the constant below 2^64: no overflow.
            return product / 10 ** DECIMALS + constantPart;
        }
    }

    /// @inheritdoc IGasPriceOracle
    function gasPrice() external view returns (uint256) {
        return block.basefee;
    }

    /// @inheritdoc IGasPriceOracle
    function baseFee() external view returns (uint256) {
        return block.basefee;
    }

    /// @inheritdoc IGasPriceOracle
    function overhead() external view returns (uint256) {
        if (isEcotone) revert Deprecated();
        return L1_BLOCK.l1FeeOverhead();
    }

    /// @inheritdoc IGasPriceOracle
    function scalar() external view returns (uint256) {
        if (isEcotone) revert Deprecated();
        return L1_BLOCK.l1FeeScalar();
    }

    /// @inheritdoc IGasPriceOracle
    function l1BaseFee() public view returns (uint256) {
        return L1_BLOCK.basefee();
    }

    /// @inheritdoc IGasPriceOracle
    function blobBaseFee() public view returns (uint256) {
        return L1_BLOCK.blobBaseFee();
    }

    /// @inheritdoc IGasPriceOracle
    function baseFeeScalar() public view returns (uint32) {
        return L1_BLOCK.baseFeeScalar();
    }

    /// @inheritdoc IGasPriceOracle
    function blobBaseFeeScalar() public view returns (uint32) {
        return L1_BLOCK.blobBaseFeeScalar();
    }

    /// @inheritdoc IGasPriceOracle
    function decimals() external pure returns (uint256) {
        return DECIMALS;
    }

    /// @inheritdoc IGasPriceOracle
    function version() external pure returns (string memory) {
        return "1.4.0+altlayer.1";
    }

    function _fjordFee(
        uint256 fastLzLength
    ) private view returns (uint256) {
        return _estimatedSize(fastLzLength) * _weightedGasPrice() / 10 ** (2 * DECIMALS);
    }

    /// @dev Price of 16 compressed bytes on L1, in wei times 1e6. 16 stands for the calldata gas of
    ///      a non-zero byte; a blob byte takes one blob gas.
    function _weightedGasPrice() private view returns (uint256) {
        return NONZERO_BYTE_GAS * baseFeeScalar() * l1BaseFee() + uint256(blobBaseFeeScalar())
            * blobBaseFee();
    }

    /// @dev Fjord's estimate in millionths of a byte.
    function _estimatedSize(
        uint256 fastLzLength
    ) private pure returns (uint256) {
        uint256 scaled = ESTIMATE_SLOPE * fastLzLength;
        if (scaled < ESTIMATE_INTERCEPT + ESTIMATE_MINIMUM) return ESTIMATE_MINIMUM;
        return scaled - ESTIMATE_INTERCEPT;
    }

    /// @dev Calldata gas of the transaction, its signature counted as non-zero bytes.
    function _calldataGas(
        bytes memory data
    ) private pure returns (uint256) {
        uint256 zeros;
        assembly ("memory-safe") {
            let length := mload(data)
            let start := add(data, 0x20)
            for { let i := 0 } lt(i, length) { i := add(i, 1) } {
                zeros := add(zeros, iszero(byte(0, mload(add(start, i)))))
            }
        }
        uint256 nonzeros = data.length - zeros + SIGNATURE_BYTES;
        return zeros * ZERO_BYTE_GAS + nonzeros * NONZERO_BYTE_GAS;
    }
}
