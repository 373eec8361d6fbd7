// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { Slasher } from "../../src/restaking/Slasher.sol";
import { IEvidenceModule } from "../../src/restaking/interfaces/IEvidenceModule.sol";
import { IRollupRegistry } from "../../src/restaking/interfaces/IRollupRegistry.sol";
import { ISlasher } from "../../src/restaking/interfaces/ISlasher.sol";
import { IStakeSource } from "../../src/restaking/interfaces/IStakeSource.sol";
import { EvidenceDouble } from "./utils/Doubles.sol";
import { RestakingTest } from "./utils/RestakingTest.sol";
import { Ownable } from "@openzeppelin/contracts/access/Ownable.sol";
import { TimelockController } from "@openzeppelin/contracts/governance/TimelockController.sol";

contract SlasherTest is RestakingTest {
    uint256 internal constant STAKE = 1000e18;
    address internal operator = makeAddr("operator");
    address internal reporter = makeAddr("reporter");
    address internal mallory = makeAddr("mallory");
    bytes32 internal constant SALT = "salt";
    uint48 internal offenceTime;

    function setUp() public override {
        super.setUp();
        source.setMember(service, operator, true);
        _deposit(operator, 0, STAKE);
        _deposit(operator, 1, 10 * STAKE);
        offenceTime = uint48(block.timestamp);
        vm.warp(block.timestamp + 1 hours);
        vm.roll(1000);
    }

    function _prove(
        bytes32 key,
        uint48 timestamp,
        address namedReporter
    ) private returns (bytes memory proof) {
        proof = abi.encode(key, timestamp);
        evidence.prove(
            operator, timestamp, proof, IEvidenceModule.Offence(service, key, namedReporter)
        );
    }

    function _commit(
        address who,
        bytes memory proof
    ) private {
        slasher.commit(slasher.commitmentOf(who, OFFENCE_KIND, operator, proof, SALT));
    }

    /// @dev Commit, a block, slash.
    function _slash(
        bytes32 key,
        uint48 timestamp
    ) private returns (bytes32) {
        bytes memory proof = _prove(key, timestamp, address(0));
        _commit(reporter, proof);
        vm.roll(vm.getBlockNumber() + 1);
        vm.prank(reporter);
        return slasher.slash(OFFENCE_KIND, operator, timestamp, proof, SALT);
    }

    // --- slashing ---

    function test_slash_takesTheFractionInBothQuorums() public {
        bytes32 offence = keccak256(abi.encode(OFFENCE_KIND, service, operator, bytes32("a")));
        bytes memory proof = _prove("a", offenceTime, reporter);
        vm.expectEmit(address(slasher));
        emit ISlasher.Slashed(
            offence, service, operator, OFFENCE_KIND, offenceTime, 0.1e18, [STAKE / 10, STAKE]
        );
        assertEq(slasher.slash(OFFENCE_KIND, operator, offenceTime, proof, SALT), offence);
        assertEq(source.held(service, operator, 0), STAKE * 9 / 10);
        assertEq(source.held(service, operator, 1), 9 * STAKE);
        assertEq(slasher.slashedAt(service, operator), block.timestamp);
        assertEq(slasher.slashOf(offence).reporter, reporter);
        assertEq(slasher.slashOf(offence).restitutionFund, fund);
    }

    function test_slash_sameOffenceOnlyOnce() public {
        bytes32 offence = _slash("a", offenceTime);
        bytes memory again = abi.encodeWithSelector(ISlasher.AlreadyPunished.selector, offence);
        bytes memory proof = abi.encode(bytes32("a"), offenceTime);
        vm.expectRevert(again);
        vm.prank(reporter);
        slasher.slash(OFFENCE_KIND, operator, offenceTime, proof, SALT);

        // Other evidence of it, at another time, with a reporter of its own: the same offence.
        proof = _prove("a", offenceTime + 1, mallory);
        vm.expectRevert(again);
        slasher.slash(OFFENCE_KIND, operator, offenceTime + 1, proof, SALT);
    }

    function test_slash_sameOffenceOnlyOnceAcrossRules() public {
        bytes32 offence = _slash("a", offenceTime);
        EvidenceDouble next = new EvidenceDouble();
        vm.prank(address(timelock));
        slasher.setRule(OFFENCE_KIND, ISlasher.Rule(next, 1e18, 0, 0));
        uint48 now_ = uint48(block.timestamp);
        next.prove(operator, now_, "", IEvidenceModule.Offence(service, "a", reporter));
        vm.expectRevert(abi.encodeWithSelector(ISlasher.AlreadyPunished.selector, offence));
        slasher.slash(OFFENCE_KIND, operator, now_, "", 0);
    }

    function test_slash_anotherOffenceAgain() public {
        _slash("a", offenceTime);
        _slash("b", offenceTime);
        // Shares of the stake at the time of the offence, not of what the first slash left.
        assertEq(source.held(service, operator, 0), STAKE * 8 / 10);
    }

    function test_slash_reachesStakeWhoseWithdrawalHasBegun() public {
        source.beginWithdrawal(service, operator, 0, STAKE);
        assertEq(source.stakeAt(service, operator, 0, uint48(block.timestamp)), 0);
        vm.warp(offenceTime + WINDOW);
        _slash("a", offenceTime);
        vm.warp(block.timestamp + WINDOW);
        assertEq(source.finishWithdrawals(service, operator, 0, operator), STAKE * 9 / 10);
    }

    function test_slash_notBeyondTheWindow() public {
        vm.warp(offenceTime + WINDOW + 1);
        bytes memory proof = _prove("a", offenceTime, reporter);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakeSource.OutsideSlashingWindow.selector,
                offenceTime,
                offenceTime + 1,
                block.timestamp
            )
        );
        slasher.slash(OFFENCE_KIND, operator, offenceTime, proof, 0);
    }

    function test_slash_needsEvidence() public {
        vm.expectRevert(EvidenceDouble.Unproven.selector);
        vm.prank(address(timelock));
        slasher.slash(OFFENCE_KIND, operator, offenceTime, "invented", SALT);
    }

    function test_slash_notInTheFuture() public {
        uint48 future = uint48(block.timestamp + 1);
        bytes memory proof = _prove("a", future, reporter);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.OffenceInFuture.selector, future));
        slasher.slash(OFFENCE_KIND, operator, future, proof, 0);
    }

    // --- commitments ---

    /// @dev Mallory copies the evidence out of the mempool.
    function test_commit_copiedEvidenceEarnsNothing() public {
        bytes memory proof = _prove("a", offenceTime, address(0));
        _commit(reporter, proof);
        vm.roll(vm.getBlockNumber() + 1);
        bytes32 copied = slasher.commitmentOf(mallory, OFFENCE_KIND, operator, proof, SALT);
        bytes memory refused = abi.encodeWithSelector(ISlasher.NotCommitted.selector, copied);
        vm.expectRevert(refused);
        vm.prank(mallory);
        slasher.slash(OFFENCE_KIND, operator, offenceTime, proof, SALT);
        // Nor with a commitment of the same block.
        _commit(mallory, proof);
        vm.expectRevert(refused);
        vm.prank(mallory);
        slasher.slash(OFFENCE_KIND, operator, offenceTime, proof, SALT);
        vm.prank(reporter);
        slasher.slash(OFFENCE_KIND, operator, offenceTime, proof, SALT);
    }

    function test_commit_copyingACommitmentChangesNothing() public {
        bytes memory proof = _prove("a", offenceTime, address(0));
        bytes32 commitment = slasher.commitmentOf(reporter, OFFENCE_KIND, operator, proof, SALT);
        vm.prank(mallory);
        slasher.commit(commitment);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.AlreadyCommitted.selector, commitment));
        vm.prank(reporter);
        slasher.commit(commitment);
        vm.roll(vm.getBlockNumber() + 1);
        vm.prank(reporter);
        slasher.slash(OFFENCE_KIND, operator, offenceTime, proof, SALT);
    }

    function test_commit_notNeededWhereTheEvidenceNamesTheReporter() public {
        bytes memory proof = _prove("a", offenceTime, reporter);
        vm.prank(mallory);
        bytes32 offence = slasher.slash(OFFENCE_KIND, operator, offenceTime, proof, 0);
        assertEq(slasher.slashOf(offence).reporter, reporter);
    }

    // --- rules ---

    function test_setRule_isTheTimelocks() public {
        ISlasher.Rule memory rule = ISlasher.Rule(evidence, 1, 0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, mallory)
        );
        vm.prank(mallory);
        slasher.setRule("x", rule);
        vm.expectRevert(
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, mallory)
        );
        vm.prank(mallory);
        slasher.retireRule(OFFENCE_KIND, 1);
    }

    function test_setRule_goesThroughTheTimelock() public {
        bytes memory call = abi.encodeCall(slasher.setRule, ("x", ISlasher.Rule(evidence, 1, 0, 0)));
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(this));
        timelock.grantRole(timelock.EXECUTOR_ROLE(), address(this));
        timelock.schedule(address(slasher), 0, call, 0, 0, 2 days);
        vm.expectRevert();
        timelock.execute(address(slasher), 0, call, 0, 0);
        vm.warp(block.timestamp + 2 days);
        timelock.execute(address(slasher), 0, call, 0, 0);
        assertEq(slasher.ruleAt("x", uint48(block.timestamp)).fraction, 1);
    }

    function test_setRule_refusesAShortenedTimelock() public {
        vm.startPrank(address(timelock));
        timelock.updateDelay(2 days - 1);
        vm.expectRevert(
            abi.encodeWithSelector(ISlasher.TimelockTooShort.selector, 2 days - 1, 2 days)
        );
        slasher.setRule("x", ISlasher.Rule(evidence, 1, 0, 0));
        vm.expectRevert(
            abi.encodeWithSelector(ISlasher.TimelockTooShort.selector, 2 days - 1, 2 days)
        );
        new Slasher(timelock, source, rollups);
    }

    function test_setRule_refusesSharesTooLarge() public {
        vm.startPrank(address(timelock));
        ISlasher.Rule[4] memory rules = [
            ISlasher.Rule(IEvidenceModule(mallory), 1, 0, 0),
            ISlasher.Rule(evidence, 1e18 + 1, 0, 0),
            ISlasher.Rule(evidence, 1, 0.5e18 + 1, 0),
            ISlasher.Rule(evidence, 1, 0.5e18, 0.5e18 + 1)
        ];
        for (uint256 i = 0; i < rules.length; i++) {
            vm.expectRevert(abi.encodeWithSelector(ISlasher.InvalidRule.selector, bytes32("x")));
            slasher.setRule("x", rules[i]);
        }
        slasher.setRule("x", ISlasher.Rule(evidence, 1e18, 0.5e18, 0.5e18));
    }

    function test_rule_isThatOfTheOffencesTime() public {
        _setRule(1e18, 0, 0);
        uint48 later = uint48(block.timestamp);
        assertEq(slasher.ruleAt(OFFENCE_KIND, later - 1).fraction, 0.1e18);
        _slash("a", later - 1);
        assertEq(source.held(service, operator, 0), STAKE * 9 / 10);
        _slash("b", later);
        assertEq(source.held(service, operator, 0), 0);
    }

    /// @dev A rule that governance adds cannot reach who began to withdraw before it came into
    /// force.
    function test_rule_doesNotReachWhoLeftBefore() public {
        source.beginWithdrawal(service, operator, 0, STAKE);
        vm.warp(block.timestamp + 2 days);
        _setRule(1e18, 0, 0);
        _slash("a", uint48(block.timestamp));
        assertEq(source.held(service, operator, 0), STAKE);
        assertEq(source.held(service, operator, 1), 0);
    }

    function test_rule_noneBeforeTheFirst() public {
        bytes memory proof = _prove("a", offenceTime - 1, reporter);
        vm.expectRevert(
            abi.encodeWithSelector(ISlasher.NotPunishable.selector, OFFENCE_KIND, offenceTime - 1)
        );
        slasher.slash(OFFENCE_KIND, operator, offenceTime - 1, proof, 0);
        vm.expectRevert(
            abi.encodeWithSelector(ISlasher.NotPunishable.selector, bytes32("x"), offenceTime)
        );
        slasher.slash("x", operator, offenceTime, proof, 0);
    }

    function test_retireRule_stopsAWrongModule() public {
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(ISlasher.UnknownRule.selector, OFFENCE_KIND, 2));
        slasher.retireRule(OFFENCE_KIND, 2);
        slasher.retireRule(OFFENCE_KIND, 1);
        vm.stopPrank();
        bytes memory proof = _prove("a", offenceTime, reporter);
        vm.expectRevert(
            abi.encodeWithSelector(ISlasher.NotPunishable.selector, OFFENCE_KIND, offenceTime)
        );
        slasher.slash(OFFENCE_KIND, operator, offenceTime, proof, 0);
    }

    // --- sharing out ---

    function test_distribute_sharesAddUp() public {
        bytes32 offence = _slash("a", offenceTime);
        vm.expectEmit(address(slasher));
        emit ISlasher.Distributed(offence, address(tokens[0]), 100e18, 50e18, 20e18, 30e18);
        slasher.distribute(offence, address(tokens[0]));
        slasher.claim(reporter, address(tokens[0]));
        slasher.claim(fund, address(tokens[0]));
        slasher.claim(slasher.BURN_ADDRESS(), address(tokens[0]));
        assertEq(tokens[0].balanceOf(reporter), 20e18);
        assertEq(tokens[0].balanceOf(fund), 30e18);
        assertEq(tokens[0].balanceOf(slasher.BURN_ADDRESS()), 50e18);
        assertEq(tokens[0].balanceOf(address(slasher)), 0);
        vm.expectRevert(
            abi.encodeWithSelector(ISlasher.NothingToClaim.selector, reporter, address(tokens[0]))
        );
        slasher.claim(reporter, address(tokens[0]));
    }

    function testFuzz_distribute_sharesAddUpToTheWei(
        uint256 stake,
        uint64 fraction,
        uint64 reward,
        uint64 restitution
    ) public {
        fraction = uint64(bound(fraction, 1, 1e18));
        reward = uint64(bound(reward, 0, 0.5e18));
        restitution = uint64(bound(restitution, 0, 1e18 - reward));
        stake = bound(stake, 1e18, 1e30);
        _deposit(operator, 0, stake);
        vm.warp(block.timestamp + 1);
        _setRule(fraction, reward, restitution);
        uint256 before = source.held(service, operator, 0);
        bytes32 offence = _slash("a", uint48(block.timestamp));
        uint256 removed = before - source.held(service, operator, 0);
        assertEq(removed, before * fraction / 1e18);
        vm.assume(removed > 0);
        address asset = address(tokens[0]);
        assertEq(slasher.distribute(offence, asset), removed);
        assertEq(slasher.claimable(reporter, asset), removed * reward / 1e18);
        assertEq(slasher.claimable(fund, asset), removed * restitution / 1e18);
        assertEq(
            slasher.claimable(reporter, asset) + slasher.claimable(fund, asset)
                + slasher.claimable(slasher.BURN_ADDRESS(), asset),
            removed
        );
        assertEq(tokens[0].balanceOf(address(slasher)), removed);
    }

    function test_distribute_whenTheProtocolReleases() public {
        bytes32 offence = _slash("a", offenceTime);
        source.holdBack(block.timestamp + 4 days);
        bytes memory nothing = abi.encodeWithSelector(
            ISlasher.NothingReceived.selector, offence, address(tokens[1])
        );
        vm.expectRevert(nothing);
        slasher.distribute(offence, address(tokens[1]));
        vm.warp(block.timestamp + 4 days);
        assertEq(slasher.distribute(offence, address(tokens[1])), STAKE);
        vm.expectRevert(nothing);
        slasher.distribute(offence, address(tokens[1]));
    }

    function test_distribute_keepsTheSharesOfTheSlashsTime() public {
        bytes32 offence = _slash("a", offenceTime);
        _setRule(0.1e18, 0, 0);
        vm.prank(rollupOwner);
        rollups.setRestitutionFund(CHAIN_ID, mallory);
        slasher.distribute(offence, address(tokens[0]));
        assertEq(slasher.claimable(fund, address(tokens[0])), 30e18);
        assertEq(slasher.claimable(mallory, address(tokens[0])), 0);
    }

    function test_distribute_tokensSentByAccidentAreNotShared() public {
        bytes32 offence = _slash("a", offenceTime);
        tokens[0].mint(address(slasher), 5e18);
        assertEq(slasher.distribute(offence, address(tokens[0])), 100e18);
    }

    function test_distribute_refusals() public {
        vm.expectRevert(abi.encodeWithSelector(ISlasher.NotPunished.selector, bytes32("none")));
        slasher.distribute("none", address(tokens[0]));
        bytes32 offence = _slash("a", offenceTime);
        address strange = address(new StrangeToken());
        vm.expectRevert(abi.encodeWithSelector(IStakeSource.NotRemoved.selector, offence, strange));
        slasher.distribute(offence, strange);
    }

    function test_slash_needsAKnownService() public {
        bytes32 unknown = rollups.serviceId(CHAIN_ID, "vital");
        evidence.prove(operator, offenceTime, "", IEvidenceModule.Offence(unknown, "a", reporter));
        vm.expectRevert(abi.encodeWithSelector(IRollupRegistry.UnknownService.selector, unknown));
        slasher.slash(OFFENCE_KIND, operator, offenceTime, "", 0);
    }

    function test_stakeSource_obeysTheSlasherOnly() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeSource.NotSlasher.selector, address(timelock)));
        vm.prank(address(timelock));
        source.slash(service, operator, 1, offenceTime, "x");
    }
}

contract StrangeToken {
    function balanceOf(
        address
    ) external pure returns (uint256) {
        return 1e30;
    }
}
