// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import { IL1Block } from "./interfaces/IL1Block.sol";

/// @title L1Block
/// @notice Predeploy 0x4200000000000000000000000000000000000015, behind a proxy. The first
///         transaction of every L2 block, a deposit from the depositor account, writes it.
contract L1Block is IL1Block {
    /// @inheritdoc IL1Block
    address public constant DEPOSITOR_ACCOUNT = 0xDeaDDEaDDeAdDeAdDEAdDEaddeAddEAdDEAd0001;

    /// @dev How the OP Stack writes ether where a token's address is expected.
    address private constant ETHER = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;

    /// @dev Bytes of calldata of the packed setters, selector included.
    uint256 private constant ECOTONE_LENGTH = 164;
    uint256 private constant ISTHMUS_LENGTH = 176;

    // Storage layout is part of the protocol: see IL1Block.

    /// @inheritdoc IL1Block
    uint64 public number;

    /// @inheritdoc IL1Block
    uint64 public timestamp;

    /// @inheritdoc IL1Block
    uint256 public basefee;

    /// @inheritdoc IL1Block
    bytes32 public hash;

    /// @inheritdoc IL1Block
    uint64 public sequenceNumber;

    /// @inheritdoc IL1Block
    uint32 public blobBaseFeeScalar;

    /// @inheritdoc IL1Block
    uint32 public baseFeeScalar;

    /// @inheritdoc IL1Block
    bytes32 public batcherHash;

    /// @inheritdoc IL1Block
    uint256 public l1FeeOverhead;

    /// @inheritdoc IL1Block
    uint256 public l1FeeScalar;

    /// @inheritdoc IL1Block
    uint256 public blobBaseFee;

    /// @inheritdoc IL1Block
    uint64 public operatorFeeConstant;

    /// @inheritdoc IL1Block
    uint32 public operatorFeeScalar;

    modifier onlyDepositor() {
        if (msg.sender != DEPOSITOR_ACCOUNT) revert NotDepositor();
        _;
    }

    /// @inheritdoc IL1Block
    function setL1BlockValues(
        uint64 number_,
        uint64 timestamp_,
        uint256 basefee_,
        bytes32 hash_,
        uint64 sequenceNumber_,
        bytes32 batcherHash_,
        uint256 l1FeeOverhead_,
        uint256 l1FeeScalar_
    ) external onlyDepositor {
        number = number_;
        timestamp = timestamp_;
        basefee = basefee_;
        hash = hash_;
        sequenceNumber = sequenceNumber_;
        batcherHash = batcherHash_;
        l1FeeOverhead = l1FeeOverhead_;
        l1FeeScalar = l1FeeScalar_;
    }

    /// @inheritdoc IL1Block
    function setL1BlockValuesEcotone() external onlyDepositor {
        _requireCalldata(ECOTONE_LENGTH);
        _setEcotoneFields();
    }

    /// @inheritdoc IL1Block
    function setL1BlockValuesIsthmus() external onlyDepositor {
        _requireCalldata(ISTHMUS_LENGTH);
        _setEcotoneFields();
        assembly ("memory-safe") {
            // operatorFeeScalar (uint32), operatorFeeConstant (uint64)
            sstore(operatorFeeConstant.slot, shr(160, calldataload(164)))
        }
    }

    /// @inheritdoc IL1Block
    function gasPayingToken() external pure returns (address token, uint8 decimals) {
        return (ETHER, 18);
    }

    /// @inheritdoc IL1Block
    function gasPayingTokenName() external pure returns (string memory) {
        return "Ether";
    }

    /// @inheritdoc IL1Block
    function gasPayingTokenSymbol() external pure returns (string memory) {
        return "ETH";
    }

    /// @inheritdoc IL1Block
    function isCustomGasToken() external pure returns (bool) {
        return false;
    }

    /// @inheritdoc IL1Block
    function version() external pure returns (string memory) {
        return "1.6.1+altlayer.1";
    }

    /// @dev Calldata's fields are in the order of the storage slots' fields, most significant
    /// first, so that a slot is written with one shift.
    function _setEcotoneFields() private {
        assembly ("memory-safe") {
            // baseFeeScalar (uint32), blobBaseFeeScalar (uint32), sequenceNumber (uint64)
            sstore(sequenceNumber.slot, shr(128, calldataload(4)))
            // timestamp (uint64), number (uint64)
            sstore(number.slot, shr(128, calldataload(20)))
            sstore(basefee.slot, calldataload(36))
            sstore(blobBaseFee.slot, calldataload(68))
            sstore(hash.slot, calldataload(100))
            sstore(batcherHash.slot, calldataload(132))
        }
    }

    function _requireCalldata(
        uint256 expected
    ) private pure {
        if (msg.data.length < expected) revert CalldataTooShort(msg.data.length, expected);
    }
}
