// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { VitalDisputeGame } from "../../../src/vital/VitalDisputeGame.sol";
import { Claim } from "../../../src/vital/libraries/DisputeTypes.sol";
import { Position } from "../../../src/vital/libraries/LibPosition.sol";
import { ClaimView, GameTest } from "./GameTest.sol";

/// @notice The honest strategy of the specs ("Honest challenger"): counter what counters an honest
/// claim, and freeloaders left of it; nothing else.
abstract contract HonestPlayer is GameTest {
    address internal honest = makeAddr("honest");

    struct View {
        ClaimView claim;
        bool isTrue;
        bool isHonest;
        bool toCounter;
        Position counterPosition;
    }

    function _views(
        VitalDisputeGame game
    ) private view returns (View[] memory views) {
        views = new View[](game.claimDataLen());
        for (uint256 i; i < views.length; ++i) {
            View memory v = views[i];
            v.claim = _claim(game, i);
            v.isTrue = _isTrue(game, i);
            bool isRoot = v.claim.parentIndex == type(uint32).max;
            if (isRoot) {
                v.isHonest = v.isTrue;
                v.toCounter = !v.isTrue;
            } else {
                View memory parent = views[v.claim.parentIndex];
                bool atPlace = v.claim.position.raw() == parent.counterPosition.raw();
                v.isHonest = parent.toCounter && atPlace && v.isTrue;
                bool freeloads = parent.toCounter
                    && v.claim.position.traceIndex(MAX_DEPTH)
                        <= parent.counterPosition.traceIndex(MAX_DEPTH);
                v.toCounter = !v.isHonest && (parent.isHonest || freeloads);
            }
            v.counterPosition = v.claim.position.move(!v.isTrue);
        }
    }

    /// @dev Makes every move and step that the honest strategy asks for; whether there was one.
    function _respond(
        VitalDisputeGame game
    ) internal returns (bool any) {
        View[] memory views = _views(game);
        for (uint256 i; i < views.length; ++i) {
            View memory v = views[i];
            if (!v.toCounter) continue;
            if (v.claim.position.depth() == MAX_DEPTH) {
                if (v.claim.counteredBy != address(0)) continue;
                _step(game, honest, i, !v.isTrue);
                any = true;
            } else if (!_hasHonestCounter(views, i)) {
                // A true claim about a whole trace stands alone: nothing follows it.
                if (v.isTrue && v.claim.position.depth() == SPLIT_DEPTH + 1) continue;
                _move(game, honest, i, _honestClaim(game, i, !v.isTrue), !v.isTrue);
                any = true;
            }
        }
    }

    function _hasHonestCounter(
        View[] memory views,
        uint256 index
    ) private pure returns (bool) {
        for (uint256 i = index + 1; i < views.length; ++i) {
            if (views[i].isHonest && views[i].claim.parentIndex == index) return true;
        }
        return false;
    }

    /// @dev A move of somebody who may lie; whether the game took it.
    function _randomMove(
        VitalDisputeGame game,
        address who,
        uint256 seed
    ) internal returns (bool done) {
        uint256 index = seed % game.claimDataLen();
        bool isAttack = (seed >> 32) % 2 == 0;
        ClaimView memory parent = _claim(game, index);
        if (parent.position.depth() >= MAX_DEPTH) return _randomStep(game, who, index, seed);
        if (index == 0) isAttack = true;
        bytes32 value = _honestClaim(game, index, isAttack);
        uint256 kind = (seed >> 40) % 4;
        if (kind == 1) value ^= bytes32(uint256(1));
        if (kind > 1) {
            // Another value, with each status in turn.
            value = bytes32((seed >> 48) % 4 << 248) | (keccak256(abi.encode(seed)) >> 8);
        }
        Position position = parent.position.move(isAttack);
        uint256 bond = game.getRequiredBond(position);
        vm.deal(who, bond);
        vm.prank(who);
        (done,) = address(game).call{ value: bond }(
            abi.encodeCall(game.move, (parent.claim, index, Claim.wrap(value), isAttack))
        );
    }

    function _randomStep(
        VitalDisputeGame game,
        address who,
        uint256 index,
        uint256 seed
    ) private returns (bool done) {
        bool isAttack = (seed >> 32) % 2 == 0;
        try this.stepAs(game, who, index, isAttack) {
            return true;
        } catch {
            vm.stopPrank();
        }
    }

    /// @dev Outside, so that a refused step can be caught.
    function stepAs(
        VitalDisputeGame game,
        address who,
        uint256 index,
        bool isAttack
    ) external {
        _step(game, who, index, isAttack);
    }
}
