// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title IL1Block
/// @notice What an L2 contract can know of L1: attributes of the L1 block that the current L2 block
///         was derived from (its L1 origin), and the fee parameters that come from L1's
///         SystemConfig. See "L1 Attributes Predeployed Contract" in
///         https://specs.optimism.io/protocol/deposits.html.
/// @dev The execution engine reads the fee parameters from this contract's storage, so the layout
/// is part of the protocol: slot 0 number, timestamp; 1 basefee; 2 hash; 3 sequenceNumber,
///      blobBaseFeeScalar, baseFeeScalar; 4 batcherHash; 5 l1FeeOverhead; 6 l1FeeScalar;
///      7 blobBaseFee; 8 operatorFeeConstant, operatorFeeScalar.
interface IL1Block {
    /// @notice The caller is not the depositor account.
    error NotDepositor();

    /// @notice The calldata of a packed setter is shorter than its fields.
    /// @param length Bytes of calldata, selector included.
    /// @param expected Bytes that the fields need.
    error CalldataTooShort(uint256 length, uint256 expected);

    /// @notice The account that sends L1 attributes; no key exists for it.
    function DEPOSITOR_ACCOUNT() external pure returns (address);

    /// @notice Number of the L1 origin.
    function number() external view returns (uint64);

    /// @notice Timestamp of the L1 origin, in seconds.
    function timestamp() external view returns (uint64);

    /// @notice Base fee of the L1 origin, in wei.
    function basefee() external view returns (uint256);

    /// @notice Hash of the L1 origin.
    function hash() external view returns (bytes32);

    /// @notice L2 blocks since the first of this L1 origin.
    function sequenceNumber() external view returns (uint64);

    /// @notice Weight of the L1 blob base fee in the L1 data fee since Ecotone, times 1e6.
    function blobBaseFeeScalar() external view returns (uint32);

    /// @notice Weight of the L1 base fee in the L1 data fee since Ecotone, times 1e6.
    function baseFeeScalar() external view returns (uint32);

    /// @notice Versioned hash of the batcher: its address for version 0.
    function batcherHash() external view returns (bytes32);

    /// @notice L1 gas added to each transaction before Ecotone.
    function l1FeeOverhead() external view returns (uint256);

    /// @notice Factor of the L1 data fee before Ecotone, times 1e6.
    function l1FeeScalar() external view returns (uint256);

    /// @notice Blob base fee of the L1 origin, in wei.
    function blobBaseFee() external view returns (uint256);

    /// @notice Constant part of the operator fee since Isthmus, in wei.
    function operatorFeeConstant() external view returns (uint64);

    /// @notice Part of the operator fee that grows with gas since Isthmus, in wei per million gas.
    function operatorFeeScalar() external view returns (uint32);

    /// @notice The token that pays for gas: ether, as the OP Stack's 0xEeee... address.
    function gasPayingToken() external pure returns (address token, uint8 decimals);

    /// @notice Name of the token that pays for gas.
    function gasPayingTokenName() external pure returns (string memory);

    /// @notice Symbol of the token that pays for gas.
    function gasPayingTokenSymbol() external pure returns (string memory);

    /// @notice Whether another token than ether pays for gas: never here.
    function isCustomGasToken() external pure returns (bool);

    /// @notice Sets the attributes of a block before Ecotone, and of the Ecotone activation block.
    function setL1BlockValues(
        uint64 number_,
        uint64 timestamp_,
        uint256 basefee_,
        bytes32 hash_,
        uint64 sequenceNumber_,
        bytes32 batcherHash_,
        uint256 l1FeeOverhead_,
        uint256 l1FeeScalar_
    ) external;

    /// @notice Sets the attributes of a block from Ecotone to Holocene from packed calldata, see
    ///         https://specs.optimism.io/protocol/ecotone/l1-attributes.html. Byte offsets:
    ///         4 baseFeeScalar, 8 blobBaseFeeScalar, 12 sequenceNumber, 20 timestamp, 28 number,
    ///         36 basefee, 68 blobBaseFee, 100 hash, 132 batcherHash, 164 end.
    function setL1BlockValuesEcotone() external;

    /// @notice Sets the attributes of a block since Isthmus: Ecotone's fields, then
    ///         164 operatorFeeScalar, 168 operatorFeeConstant, 176 end; see
    ///         https://specs.optimism.io/protocol/isthmus/l1-attributes.html.
    function setL1BlockValuesIsthmus() external;

    /// @notice Semantic version.
    function version() external pure returns (string memory);
}
