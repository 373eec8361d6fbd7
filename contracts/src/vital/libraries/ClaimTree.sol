// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { Claim, ClaimAboveSplit } from "./DisputeTypes.sol";
import { Position } from "./LibPosition.sol";

/// @title ClaimTree
/// @notice The claims of a game and who counters whom, in three words a claim.
/// @dev The claims that counter one claim are a list through the claims themselves, newest first. A
/// bond follows from the position, but for the root's, and is not kept here.
library ClaimTree {
    /// @param claimant Who made it and who its bond came from.
    /// @param parentIndex The claim it counters; `NO_PARENT` for the root.
    /// @param timestamp Seconds, when it was made.
    /// @param claim Output root, or hash of a VM state.
    /// @param position Generalized index.
    /// @param duration Seconds that its side had used up when it was made.
    /// @param previousSibling The claim that countered the same one before it; 0 if it was the
    /// first. @param lastChild The newest claim that counters this one; 0 if there is none.
    /// @param children How many counter it.
    /// @param counteredBy Who gets the bond, if not the claimant.
    struct Node {
        address claimant;
        uint32 parentIndex;
        uint64 timestamp;
        Claim claim;
        Position position;
        uint40 duration;
        uint32 previousSibling;
        uint32 lastChild;
        uint24 children;
        address counteredBy;
    }

    uint32 internal constant NO_PARENT = type(uint32).max;

    /// @notice The claim that an output root or a VM state at `position` follows from: the one
    /// nearest above `start`, or itself, that commits to the same index.
    /// @param bound Claims of the trace only, those below this depth; 0 for all.
    function findTraceAncestor(
        Node[] storage nodes,
        Position position,
        uint256 start,
        uint256 bound
    ) internal view returns (Node storage ancestor) {
        Position at = bound == 0 ? position.traceAncestor() : position.traceAncestorBounded(bound);
        ancestor = nodes[start];
        while (ancestor.position.raw() != at.raw()) {
            ancestor = nodes[ancestor.parentIndex];
        }
    }

    /// @notice The two output roots that a claim about a trace stands between. A starting position
    /// of 0 means the game's own starting output root, which no claim makes.
    /// @return starting Zero if there is no claim of it.
    function findOutputs(
        Node[] storage nodes,
        uint256 start,
        uint256 splitDepth
    )
        internal
        view
        returns (
            Claim starting,
            Position startingPosition,
            Claim disputed,
            Position disputedPosition
        )
    {
        uint256 index = start;
        Node storage node = nodes[index];
        if (node.position.depth() <= splitDepth) revert ClaimAboveSplit();
        Position traceRoot;
        while (node.position.depth() > splitDepth) {
            traceRoot = node.position;
            index = node.parentIndex;
            node = nodes[index];
        }
        Position output = node.position;
        if (traceRoot.parent().raw() == output.raw()) {
            // The output root itself was attacked: it is disputed, what is left of it is agreed.
            (disputed, disputedPosition) = (node.claim, output);
            if (output.indexAtDepth() > 0) {
                node = findTraceAncestor(nodes, Position.wrap(output.raw() - 1), index, 0);
                (starting, startingPosition) = (node.claim, node.position);
            }
        } else {
            // It was defended: it is agreed, what is right of it is disputed.
            (starting, startingPosition) = (node.claim, output);
            node = findTraceAncestor(nodes, Position.wrap(output.raw() + 1), index, 0);
            (disputed, disputedPosition) = (node.claim, node.position);
        }
    }
}
