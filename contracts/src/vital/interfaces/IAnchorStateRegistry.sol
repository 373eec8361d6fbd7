// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { GameType, Hash } from "../libraries/DisputeTypes.sol";

/// @title IAnchorStateRegistry
/// @notice The OP Stack's registry of output roots that games start from, what a game uses of it.
interface IAnchorStateRegistry {
    /// @notice The newest output root that a game of this type proved, and its block.
    function anchors(
        GameType gameType
    ) external view returns (Hash root, uint256 l2BlockNumber);

    /// @notice Takes over the calling game's root claim if it won and is newer.
    function tryUpdateAnchorState() external;
}
