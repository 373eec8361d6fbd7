// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { VitalDisputeGame } from "../../src/vital/VitalDisputeGame.sol";
import { GameStatus } from "../../src/vital/libraries/DisputeTypes.sol";
import { Counting } from "./utils/CountingVm.sol";
import { ClaimView } from "./utils/GameTest.sol";
import { HonestPlayer } from "./utils/HonestPlayer.sol";

/// @notice Whatever liars do, who plays honestly wins the game and loses no bond.
contract HonestPlayerTest is HonestPlayer {
    address internal liar = makeAddr("liar");

    function _paid(
        VitalDisputeGame game,
        address who
    ) private view returns (uint256 total) {
        for (uint256 i; i < game.claimDataLen(); ++i) {
            ClaimView memory claim = _claim(game, i);
            if (claim.claimant == who) total += claim.bond;
        }
    }

    function _bonds(
        VitalDisputeGame game
    ) private view returns (uint256 total) {
        for (uint256 i; i < game.claimDataLen(); ++i) {
            total += _claim(game, i).bond;
        }
    }

    function _end(
        VitalDisputeGame game
    ) private {
        while (_respond(game)) { }
        vm.warp(block.timestamp + MAX_CLOCK);
        assertEq(safe.balanceOf(address(game)), _bonds(game), "bonds are in the safe");
        uint256 paid = _paid(game, honest);
        _resolve(game);
        assertGe(game.credit(honest), paid, "no bond lost");
        uint256 credits = game.credit(honest) + game.credit(liar) + game.credit(proposer);
        assertEq(credits, safe.balanceOf(address(game)), "bonds conserved");
        vm.warp(block.timestamp + WETH_DELAY + 1);
        address[3] memory players = [honest, liar, proposer];
        for (uint256 i; i < players.length; ++i) {
            uint256 credit = game.credit(players[i]);
            uint256 before = players[i].balance;
            if (credit > 0) game.claimCredit(players[i]);
            assertEq(players[i].balance - before, credit);
        }
        assertEq(safe.balanceOf(address(game)), 0);
    }

    /// forge-config: default.fuzz.runs = 100
    function testFuzz_defendsTheTruth(
        uint256 seed
    ) public {
        VitalDisputeGame game = _create(Counting.outputRoot(L2_BLOCK), L2_BLOCK);
        _attackAtRandom(game, seed);
        _end(game);
        assertTrue(game.status() == GameStatus.DEFENDER_WINS);
        (, uint256 anchor) = registry.anchors(GAME_TYPE);
        assertEq(anchor, L2_BLOCK, "the anchor moves on");
    }

    /// forge-config: default.fuzz.runs = 100
    function testFuzz_defeatsALie(
        uint256 seed
    ) public {
        VitalDisputeGame game = _create(keccak256(abi.encode(seed)), L2_BLOCK);
        _attackAtRandom(game, seed);
        _end(game);
        assertTrue(game.status() == GameStatus.CHALLENGER_WINS);
        (, uint256 anchor) = registry.anchors(GAME_TYPE);
        assertEq(anchor, ANCHOR, "the anchor stays");
    }

    function _attackAtRandom(
        VitalDisputeGame game,
        uint256 seed
    ) private {
        for (uint256 i; i < 14; ++i) {
            seed = uint256(keccak256(abi.encode(seed, i)));
            _randomMove(game, liar, seed);
            if (seed >> 200 & 1 == 0) _respond(game);
            vm.warp(block.timestamp + (seed >> 160) % 4 hours);
        }
    }

    /// @dev A liar who answers every honest claim with a lie, down to the last instruction.
    function test_downToOneInstruction() public {
        VitalDisputeGame game = _create(Counting.outputRoot(L2_BLOCK), L2_BLOCK);
        uint256 index;
        for (uint256 depth = 1; depth <= MAX_DEPTH; depth += 2) {
            bytes32 lie = bytes32(uint256(1) << 248) | (keccak256(abi.encode(depth)) >> 8);
            index = _move(game, liar, index, lie, true);
            _respond(game);
            index = game.claimDataLen() - 1;
        }
        _end(game);
        assertTrue(game.status() == GameStatus.DEFENDER_WINS);
        assertEq(game.credit(liar), 0);
    }
}
