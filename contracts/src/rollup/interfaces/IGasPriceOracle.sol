// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title IGasPriceOracle
/// @notice What a transaction costs on this rollup besides L2 gas: the L1 data fee of the active
///         upgrade, and the operator fee. The execution engine computes both by itself; this
///         contract gives the same numbers to wallets and contracts.
/// @dev Formulas: https://specs.optimism.io/protocol/exec-engine.html (Bedrock, Ecotone),
///      https://specs.optimism.io/protocol/fjord/exec-engine.html,
///      https://specs.optimism.io/protocol/isthmus/exec-engine.html (operator fee).
interface IGasPriceOracle {
    /// @notice The caller is not the depositor account.
    error NotDepositor();

    /// @notice The upgrade is active already.
    error AlreadyActive();

    /// @notice An upgrade before this one is not active yet.
    error UpgradeOutOfOrder();

    /// @notice The function belongs to an upgrade that is not active yet.
    error NotActive();

    /// @notice The value does not exist since Ecotone.
    error Deprecated();

    /// @notice Decimals of the fee scalars.
    function DECIMALS() external pure returns (uint256);

    /// @notice Whether Ecotone's fee rules hold.
    function isEcotone() external view returns (bool);

    /// @notice Whether Fjord's fee rules hold.
    function isFjord() external view returns (bool);

    /// @notice Whether there is an operator fee.
    function isIsthmus() external view returns (bool);

    /// @notice Switches to Ecotone's rules. Only the depositor account, once.
    function setEcotone() external;

    /// @notice Switches to Fjord's rules. Only the depositor account, once, after Ecotone.
    function setFjord() external;

    /// @notice Switches the operator fee on. Only the depositor account, once, after Fjord.
    function setIsthmus() external;

    /// @notice L1 data fee of a transaction.
    /// @param data The unsigned transaction, RLP-encoded; 68 bytes of signature are added.
    /// @return Fee in wei.
    function getL1Fee(
        bytes memory data
    ) external view returns (uint256);

    /// @notice Upper bound of the L1 data fee of a transaction of some size (for nearly all
    ///         transactions), cheaper than `getL1Fee`. Since Fjord.
    /// @param unsignedTxSize Bytes of the unsigned transaction, RLP-encoded.
    /// @return Fee in wei.
    function getL1FeeUpperBound(
        uint256 unsignedTxSize
    ) external view returns (uint256);

    /// @notice L1 gas of a transaction; informational since Fjord.
    /// @param data The unsigned transaction, RLP-encoded; 68 bytes of signature are added.
    /// @return L1 gas.
    function getL1GasUsed(
        bytes memory data
    ) external view returns (uint256);

    /// @notice Operator fee of a transaction, zero before Isthmus. Saturates at the largest
    /// uint256. @param gasUsed L2 gas of the transaction.
    /// @return Fee in wei.
    function getOperatorFee(
        uint256 gasUsed
    ) external view returns (uint256);

    /// @notice L2 base fee, in wei.
    function gasPrice() external view returns (uint256);

    /// @notice L2 base fee, in wei.
    function baseFee() external view returns (uint256);

    /// @notice L1 gas overhead. Before Ecotone.
    function overhead() external view returns (uint256);

    /// @notice L1 fee scalar. Before Ecotone.
    function scalar() external view returns (uint256);

    /// @notice Base fee of the L1 origin, in wei.
    function l1BaseFee() external view returns (uint256);

    /// @notice Blob base fee of the L1 origin, in wei.
    function blobBaseFee() external view returns (uint256);

    /// @notice Weight of the L1 base fee, times 1e6.
    function baseFeeScalar() external view returns (uint32);

    /// @notice Weight of the L1 blob base fee, times 1e6.
    function blobBaseFeeScalar() external view returns (uint32);

    /// @notice Decimals of the fee scalars.
    function decimals() external pure returns (uint256);

    /// @notice Semantic version.
    function version() external pure returns (string memory);
}
