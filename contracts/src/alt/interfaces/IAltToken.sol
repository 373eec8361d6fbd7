// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IAltToken
/// @notice What the ALT token adds to ERC-20, ERC-2612, ERC-5805 and ERC-7802.
interface IAltToken {
    /// @notice How much a bridge may mint and burn within a day. Both refill linearly over a day.
    /// @param mintCap Largest amount that can be minted at once, in wei of ALT; 0 forbids minting.
    /// @param burnCap Largest amount that can be burned at once, in wei of ALT; 0 forbids burning.
    event BridgeLimitsSet(address indexed bridge, uint256 mintCap, uint256 burnCap);

    /// @notice The caller is not a bridge, or not one that may do this at all.
    error NotBridge(address caller);
    /// @notice The bridge asked for more than what is left of its limit.
    error BridgeLimitExceeded(address bridge, uint256 requested, uint256 available);
    /// @notice A cap above the supply means nothing.
    error CapAboveSupply(uint256 cap);

    /// @notice Chain that the whole supply was minted on.
    function homeChainId() external view returns (uint256);

    /// @notice Sets the limits of a bridge. What it has used of them so far stays used, within the
    /// new caps. Owner only.
    function setBridgeLimits(
        address bridge,
        uint256 mintCap,
        uint256 burnCap
    ) external;

    /// @notice What `bridge` may mint now.
    function mintable(
        address bridge
    ) external view returns (uint256);

    /// @notice What `bridge` may burn now.
    function burnable(
        address bridge
    ) external view returns (uint256);

    /// @notice The limits of `bridge`.
    function bridgeLimits(
        address bridge
    ) external view returns (uint256 mintCap, uint256 burnCap);
}
