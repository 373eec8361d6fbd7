// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { ClaimAboveSplit } from "./DisputeTypes.sol";
import { LibBit } from "solady/utils/LibBit.sol";

/// @notice A place in the tree of claims.
type Position is uint128;

using LibPosition for Position global;

/// @title LibPosition
/// @notice Places in a binary tree as generalized indices: the root is 1, the children of n are 2n
/// and 2n + 1 (OP Stack specs, fault dispute game, "Position"). A position commits to a trace up to
/// the
/// rightmost leaf below it.
library LibPosition {
    /// @notice The deepest that a tree can be.
    uint256 internal constant MAX_DEPTH = 125;

    function raw(
        Position position
    ) internal pure returns (uint128) {
        return Position.unwrap(position);
    }

    function depth(
        Position position
    ) internal pure returns (uint256) {
        return LibBit.fls(raw(position));
    }

    /// @notice How many positions of the same depth are left of it.
    function indexAtDepth(
        Position position
    ) internal pure returns (uint256) {
        return raw(position) - (uint256(1) << depth(position));
    }

    function parent(
        Position position
    ) internal pure returns (Position) {
        return Position.wrap(raw(position) >> 1);
    }

    /// @notice An attack goes to the first half of what the claim commits to; a defense to the
    /// first half of what comes after it.
    function move(
        Position position,
        bool isAttack
    ) internal pure returns (Position) {
        return Position.wrap((isAttack ? raw(position) : raw(position) | 1) << 1);
    }

    /// @notice The rightmost position at `maxDepth` below this one.
    function rightmost(
        Position position,
        uint256 maxDepth
    ) internal pure returns (Position) {
        uint256 below = maxDepth - depth(position);
        return Position.wrap(uint128(((uint256(raw(position)) + 1) << below) - 1));
    }

    /// @notice Index, in a trace of 2^maxDepth, of what the position commits to.
    function traceIndex(
        Position position,
        uint256 maxDepth
    ) internal pure returns (uint256) {
        return indexAtDepth(rightmost(position, maxDepth));
    }

    /// @notice The highest position that commits to the same trace index: up for as long as it is a
    /// right child.
    function traceAncestor(
        Position position
    ) internal pure returns (Position) {
        uint256 ones = LibBit.ffs(~uint256(raw(position)));
        uint128 ancestor = raw(position) >> ones;
        return Position.wrap(ancestor == 0 ? 1 : ancestor);
    }

    /// @notice The same, but no higher than just below `bound`.
    function traceAncestorBounded(
        Position position,
        uint256 bound
    ) internal pure returns (Position ancestor) {
        if (depth(position) <= bound) revert ClaimAboveSplit();
        ancestor = traceAncestor(position);
        if (depth(ancestor) <= bound) ancestor = rightmost(ancestor, bound + 1);
    }
}
