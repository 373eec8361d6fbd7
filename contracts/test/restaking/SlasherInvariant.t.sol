// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { Slasher } from "../../src/restaking/Slasher.sol";
import { IEvidenceModule } from "../../src/restaking/interfaces/IEvidenceModule.sol";
import { ISlasher } from "../../src/restaking/interfaces/ISlasher.sol";
import { EvidenceDouble, TokenDouble } from "./utils/Doubles.sol";
import { RestakingTest } from "./utils/RestakingTest.sol";
import { StakeSourceDouble } from "./utils/StakeSourceDouble.sol";
import { Test } from "forge-std/Test.sol";

/// @notice Stakers, offenders, reporters and governance, all at once.
contract SlasherHandler is Test {
    struct World {
        Slasher slasher;
        StakeSourceDouble source;
        EvidenceDouble evidence;
        TokenDouble[2] tokens;
        bytes32 service;
        bytes32 kind;
        address timelock;
        address fund;
    }

    World internal world;
    address[] internal actors;
    bytes32[] internal punished;
    mapping(bytes32 offence => uint48) internal timeOf;
    mapping(bytes32 offence => address) internal offenderOf;
    mapping(bytes32 offence => bytes32) internal keyOf;

    uint256[2] public deposited;
    uint256[2] public withdrawn;
    uint256[2] public removed;
    uint256[2] public received;
    /// @notice What the rules say of what was received: reward, restitution and the burned rest.
    uint256[2] public rewarded;
    uint256[2] public restituted;
    uint256[2] public burned;
    uint256[2] public paidToBurn;
    uint256[2] public paidToFund;
    uint256[2] public paidToReporters;
    uint256 public refusedAgain;

    constructor(
        World memory world_,
        address[] memory actors_
    ) {
        world = world_;
        actors = actors_;
    }

    function _actor(
        uint256 seed
    ) private view returns (address) {
        return actors[seed % actors.length];
    }

    function deposit(
        uint256 seed,
        uint8 quorum,
        uint256 amount
    ) external {
        quorum = quorum % 2;
        amount = bound(amount, 1, 1e26);
        world.tokens[quorum].mint(address(this), amount);
        world.tokens[quorum].approve(address(world.source), amount);
        world.source.deposit(world.service, _actor(seed), quorum, amount);
        deposited[quorum] += amount;
    }

    function beginWithdrawal(
        uint256 seed,
        uint8 quorum,
        uint256 amount
    ) external {
        quorum = quorum % 2;
        uint256 stake =
            world.source.stakeAt(world.service, _actor(seed), quorum, uint48(block.timestamp));
        world.source.beginWithdrawal(world.service, _actor(seed), quorum, bound(amount, 0, stake));
    }

    function finishWithdrawals(
        uint256 seed,
        uint8 quorum
    ) external {
        quorum = quorum % 2;
        withdrawn[
            quorum
        ] += world.source.finishWithdrawals(world.service, _actor(seed), quorum, _actor(seed));
    }

    function setRule(
        uint256 fraction,
        uint256 reward,
        uint256 restitution
    ) external {
        reward = bound(reward, 0, 0.5e18);
        vm.prank(world.timelock);
        world.slasher
            .setRule(
                world.kind,
                ISlasher.Rule(
                    world.evidence,
                    uint64(bound(fraction, 1, 1e18)),
                    uint64(reward),
                    uint64(bound(restitution, 0, 1e18 - reward))
                )
            );
    }

    function slash(
        uint256 seed,
        uint256 age
    ) external {
        address offender = _actor(seed);
        uint48 timestamp = uint48(block.timestamp - bound(age, 0, 6 days));
        if (world.slasher.ruleAt(world.kind, timestamp).fraction == 0) return;
        bytes32 key = keccak256(abi.encode("offence", punished.length));
        bytes32 offence = _slash(offender, timestamp, key, _actor(seed / 7));
        punished.push(offence);
        (timeOf[offence], offenderOf[offence], keyOf[offence]) = (timestamp, offender, key);
    }

    /// @dev Whoever tries it again, with whatever evidence, is refused.
    function slashAgain(
        uint256 seed
    ) external {
        if (punished.length == 0) return;
        bytes32 offence = punished[seed % punished.length];
        try this.slashOffence(offence) {
            assertTrue(false, "punished twice");
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), ISlasher.AlreadyPunished.selector);
            refusedAgain++;
        }
    }

    function slashOffence(
        bytes32 offence
    ) external {
        require(msg.sender == address(this), "by the handler itself");
        _slash(offenderOf[offence], timeOf[offence], keyOf[offence], address(this));
    }

    function distribute(
        uint256 seed,
        uint8 quorum
    ) external {
        quorum = quorum % 2;
        if (punished.length == 0) return;
        bytes32 offence = punished[seed % punished.length];
        try world.slasher.distribute(offence, address(world.tokens[quorum])) returns (
            uint256 amount
        ) {
            received[quorum] += amount;
            ISlasher.Slash memory slash_ = world.slasher.slashOf(offence);
            uint256 reward = amount * slash_.rewardShare / 1e18;
            uint256 restitution = amount * slash_.restitutionShare / 1e18;
            rewarded[quorum] += reward;
            restituted[quorum] += restitution;
            burned[quorum] += amount - reward - restitution;
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), ISlasher.NothingReceived.selector);
        }
    }

    function claim(
        uint256 seed,
        uint8 quorum
    ) external {
        quorum = quorum % 2;
        address asset = address(world.tokens[quorum]);
        address burn = world.slasher.BURN_ADDRESS();
        address account = seed % 3 == 0 ? burn : seed % 3 == 1 ? world.fund : _actor(seed / 3);
        if (world.slasher.claimable(account, asset) == 0) return;
        uint256 amount = world.slasher.claim(account, asset);
        if (account == burn) paidToBurn[quorum] += amount;
        else if (account == world.fund) paidToFund[quorum] += amount;
        else paidToReporters[quorum] += amount;
    }

    function wait(
        uint256 time
    ) external {
        vm.warp(block.timestamp + bound(time, 1, 3 days));
    }

    function _slash(
        address offender,
        uint48 timestamp,
        bytes32 key,
        address reporter
    ) private returns (bytes32 offence) {
        bytes memory proof = abi.encode(key, reporter);
        world.evidence
            .prove(
                offender, timestamp, proof, IEvidenceModule.Offence(world.service, key, reporter)
            );
        uint256[2] memory before = _held(offender);
        offence = world.slasher.slash(world.kind, offender, timestamp, proof, 0);
        uint256[2] memory left = _held(offender);
        for (uint8 quorum = 0; quorum < 2; quorum++) {
            uint256 stake = world.source.removedFor(offence)[quorum];
            assertEq(before[quorum] - left[quorum], stake, "delegators lose exactly that");
            removed[quorum] += stake;
        }
    }

    function _held(
        address actor
    ) private view returns (uint256[2] memory) {
        return
            [world.source.held(world.service, actor, 0), world.source.held(world.service, actor, 1)];
    }
}

contract SlasherInvariantTest is RestakingTest {
    SlasherHandler internal handler;
    address[] internal actors;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 4; i++) {
            actors.push(_operator(i));
            source.setMember(service, actors[i], true);
        }
        handler = new SlasherHandler(
            SlasherHandler.World(
                slasher, source, evidence, tokens, service, OFFENCE_KIND, address(timelock), fund
            ),
            actors
        );
        for (uint256 i = 0; i < actors.length; i++) {
            handler.deposit(i, 0, 1000e18);
            handler.deposit(i, 1, 50_000e18);
        }
        // Offences reach back as far as this.
        vm.warp(block.timestamp + 6 days);
        bytes4[] memory selectors = new bytes4[](9);
        selectors[0] = SlasherHandler.deposit.selector;
        selectors[1] = SlasherHandler.beginWithdrawal.selector;
        selectors[2] = SlasherHandler.finishWithdrawals.selector;
        selectors[3] = SlasherHandler.setRule.selector;
        selectors[4] = SlasherHandler.slash.selector;
        selectors[5] = SlasherHandler.slashAgain.selector;
        selectors[6] = SlasherHandler.distribute.selector;
        selectors[7] = SlasherHandler.claim.selector;
        selectors[8] = SlasherHandler.wait.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
        targetContract(address(handler));
    }

    /// @dev Deposited = held + withdrawn + removed, and what was removed is with the source, with
    /// the Slasher, or paid out.
    function invariant_everyWeiIsAccountedFor() public view {
        _checkCredits();
        for (uint8 quorum = 0; quorum < 2; quorum++) {
            uint256 held;
            for (uint256 i = 0; i < actors.length; i++) {
                held += source.held(service, actors[i], quorum);
            }
            assertEq(
                handler.deposited(quorum),
                held + handler.withdrawn(quorum) + handler.removed(quorum),
                "deposited"
            );
            assertEq(
                tokens[quorum].balanceOf(address(source)),
                held + handler.removed(quorum) - handler.received(quorum),
                "source"
            );
        }
    }

    /// @dev Burned + rewarded + restituted = received, each by its rule, paid or not.
    function _checkCredits() private view {
        for (uint8 quorum = 0; quorum < 2; quorum++) {
            address asset = address(tokens[quorum]);
            uint256 toBurn = slasher.claimable(slasher.BURN_ADDRESS(), asset);
            uint256 toFund = slasher.claimable(fund, asset);
            uint256 toReporters;
            for (uint256 i = 0; i < actors.length; i++) {
                toReporters += slasher.claimable(actors[i], asset);
            }
            assertEq(tokens[quorum].balanceOf(address(slasher)), toBurn + toFund + toReporters);
            assertEq(handler.burned(quorum), toBurn + handler.paidToBurn(quorum), "burned");
            assertEq(handler.restituted(quorum), toFund + handler.paidToFund(quorum), "restituted");
            assertEq(
                handler.rewarded(quorum), toReporters + handler.paidToReporters(quorum), "rewarded"
            );
            assertEq(
                handler.received(quorum),
                handler.burned(quorum) + handler.restituted(quorum) + handler.rewarded(quorum)
            );
            assertEq(tokens[quorum].balanceOf(slasher.BURN_ADDRESS()), handler.paidToBurn(quorum));
            assertEq(tokens[quorum].balanceOf(fund), handler.paidToFund(quorum));
            assertLe(handler.received(quorum), handler.removed(quorum));
        }
    }

    /// @dev What the runs draw at random, once in order: every branch of the handler is reached.
    function test_theHandlerReachesWhatItIsFor() public {
        handler.setRule(0.3e18, 0.2e18, 0.3e18);
        handler.wait(1 days);
        handler.beginWithdrawal(0, 0, 600e18);
        handler.slash(0, 0);
        handler.slash(0, 2 days);
        handler.slashAgain(0);
        for (uint256 i = 0; i < 2; i++) {
            handler.distribute(i, 0);
            handler.distribute(i, 1);
        }
        for (uint256 seed = 0; seed < 3 * actors.length; seed++) {
            handler.claim(seed, 0);
        }
        handler.wait(3 days);
        for (uint256 i = 0; i < 3; i++) {
            handler.wait(3 days);
        }
        handler.finishWithdrawals(0, 0);
        assertGt(handler.removed(0), 0);
        assertEq(handler.received(0), handler.removed(0));
        assertGt(handler.paidToBurn(0), 0);
        assertGt(handler.paidToFund(0), 0);
        assertGt(handler.paidToReporters(0), 0);
        assertGt(handler.withdrawn(0), 0);
        assertEq(handler.refusedAgain(), 1);
        invariant_everyWeiIsAccountedFor();
    }
}
