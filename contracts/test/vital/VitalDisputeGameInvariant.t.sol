// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { VitalDisputeGame } from "../../src/vital/VitalDisputeGame.sol";
import { Clock, GameStatus } from "../../src/vital/libraries/DisputeTypes.sol";
import { Counting } from "./utils/CountingVm.sol";
import { ClaimView } from "./utils/GameTest.sol";
import { HonestPlayer } from "./utils/HonestPlayer.sol";

/// @notice Two games at once, one about the truth and one about a lie; liars, an honest player and
/// people who resolve and collect act in any order. The honest player answers before its time is
/// up.
contract DisputeHandler is HonestPlayer {
    uint256 private constant MAX_CLAIMS = 24;

    VitalDisputeGame[2] internal games;
    address[3] internal players;
    /// @dev What was paid out of a game.
    mapping(VitalDisputeGame game => uint256 amount) public paidOut;
    bool public anchorWentBack;
    uint256 private _lastAnchor = ANCHOR;

    function setUp() public override {
        super.setUp();
        games[0] = _create(Counting.outputRoot(L2_BLOCK), L2_BLOCK);
        games[1] = _create(keccak256("lie"), L2_BLOCK);
        players = [honest, makeAddr("liar"), proposer];
    }

    function game(
        uint256 i
    ) external view returns (VitalDisputeGame) {
        return games[i];
    }

    function lie(
        uint256 seed
    ) external {
        VitalDisputeGame on = games[seed % 2];
        if (on.status() != GameStatus.IN_PROGRESS || on.claimDataLen() >= MAX_CLAIMS) return;
        _randomMove(on, players[1], uint256(keccak256(abi.encode(seed))));
        _respond(on);
    }

    function pass(
        uint256 time
    ) external {
        for (uint256 i; i < 2; ++i) {
            if (games[i].status() == GameStatus.IN_PROGRESS) _respond(games[i]);
        }
        vm.warp(block.timestamp + time % (MAX_CLOCK / 2));
    }

    function resolve(
        uint256 seed,
        uint256 limit
    ) external {
        VitalDisputeGame on = games[seed % 2];
        uint256 length = on.claimDataLen();
        for (uint256 left = length; left > 0; --left) {
            try on.resolveClaim(left - 1, limit % 3) { } catch { }
        }
        try on.resolve() { } catch { }
        (, uint256 anchor) = registry.anchors(GAME_TYPE);
        if (anchor < _lastAnchor) anchorWentBack = true;
        _lastAnchor = anchor;
    }

    function collect(
        uint256 seed
    ) external {
        VitalDisputeGame on = games[seed % 2];
        address player = players[(seed >> 8) % 3];
        uint256 before = player.balance;
        try on.claimCredit(player) {
            paidOut[on] += player.balance - before;
        } catch { }
    }

    function credits(
        VitalDisputeGame on
    ) external view returns (uint256 total) {
        for (uint256 i; i < 3; ++i) {
            total += on.credit(players[i]);
        }
    }

    function claimOf(
        VitalDisputeGame on,
        uint256 index
    ) external view returns (ClaimView memory) {
        return _claim(on, index);
    }

    function inSafe(
        VitalDisputeGame on
    ) external view returns (uint256) {
        return safe.balanceOf(address(on));
    }

    function honestPlayer() external view returns (address) {
        return honest;
    }

    function maxClock() external pure returns (uint64) {
        return MAX_CLOCK;
    }
}

contract VitalDisputeGameInvariantTest is HonestPlayer {
    DisputeHandler internal handler;

    function setUp() public override {
        handler = new DisputeHandler();
        handler.setUp();
        bytes4[] memory selectors = new bytes4[](5);
        selectors[0] = DisputeHandler.lie.selector;
        selectors[1] = DisputeHandler.lie.selector;
        selectors[2] = DisputeHandler.pass.selector;
        selectors[3] = DisputeHandler.resolve.selector;
        selectors[4] = DisputeHandler.collect.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector({ addr: address(handler), selectors: selectors }));
    }

    /// forge-config: default.invariant.runs = 48
    /// forge-config: default.invariant.depth = 64
    function invariant_game() public view {
        _bondsAreConserved();
        _honestPlayerNeverLoses();
        _clocks();
    }

    /// @dev All bonds are in the safe or were paid out; unresolved bonds and credits make up the
    /// safe.
    function _bondsAreConserved() private view {
        for (uint256 i; i < 2; ++i) {
            VitalDisputeGame game = handler.game(i);
            uint256 all;
            uint256 open;
            for (uint256 c; c < game.claimDataLen(); ++c) {
                uint256 bond = handler.claimOf(game, c).bond;
                all += bond;
                if (!game.resolvedSubgames(c)) open += bond;
            }
            uint256 inSafe = handler.inSafe(game);
            assertEq(inSafe + handler.paidOut(game), all);
            assertEq(inSafe, open + handler.credits(game));
        }
    }

    /// @dev A claim of the honest player is never countered, and no game ends against it.
    function _honestPlayerNeverLoses() private view {
        for (uint256 i; i < 2; ++i) {
            VitalDisputeGame game = handler.game(i);
            for (uint256 c; c < game.claimDataLen(); ++c) {
                ClaimView memory claim = handler.claimOf(game, c);
                if (claim.claimant == handler.honestPlayer()) {
                    assertEq(claim.counteredBy, address(0));
                }
            }
            GameStatus against = i == 0 ? GameStatus.CHALLENGER_WINS : GameStatus.DEFENDER_WINS;
            assertTrue(game.status() != against);
        }
        assertFalse(handler.anchorWentBack());
    }

    /// @dev No side ever used more than it has, and a claim is never older than its parent.
    function _clocks() private view {
        for (uint256 i; i < 2; ++i) {
            VitalDisputeGame game = handler.game(i);
            for (uint256 c = 1; c < game.claimDataLen(); ++c) {
                ClaimView memory claim = handler.claimOf(game, c);
                uint256 clock = Clock.unwrap(claim.clock);
                assertLt(clock >> 64, handler.maxClock());
                uint256 parent = Clock.unwrap(handler.claimOf(game, claim.parentIndex).clock);
                assertGe(uint64(clock), uint64(parent));
            }
        }
    }
}
