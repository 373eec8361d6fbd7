// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { OperatorRewards } from "../../src/alt/OperatorRewards.sol";
import { IOperatorRewards } from "../../src/alt/interfaces/IOperatorRewards.sol";
import { IParticipation } from "../../src/alt/interfaces/IParticipation.sol";
import { IStakeSource } from "../../src/restaking/interfaces/IStakeSource.sol";
import { FeesFixture } from "./utils/FeesFixture.sol";
import { FeeToken, ReentrantToken, RevertingToken } from "./utils/HostileTokens.sol";
import { Ownable } from "@openzeppelin/contracts/access/Ownable.sol";

contract OperatorRewardsTest is FeesFixture {
    uint256 internal constant POT = 800e18;
    address[2] internal seated;
    address internal alice = makeAddr("alice");
    address internal bob = makeAddr("bob");
    uint48 internal epoch;

    function setUp() public override {
        super.setUp();
        seated = _seatTwo();
        for (uint8 quorum = 0; quorum < 2; quorum++) {
            source.setDelegation(service, seated[0], quorum, alice, 3);
            source.setDelegation(service, seated[0], quorum, bob, 1);
        }
        _nextEpoch();
        epoch = table.currentEpoch();
        table.roll(service, 10);
        _fund(epoch, POT);
    }

    /// @dev Epoch, grace period and the time for reports are over.
    function _settle() private {
        vm.warp(table.epochStart(epoch + 1) + GRACE + REPORT_TIME + 1);
    }

    function _claimOperator(
        address who
    ) private returns (uint256) {
        vm.prank(who);
        return rewards.claimOperator(service, _one(epoch), who);
    }

    function _claimDelegator(
        address operator,
        address who
    ) private returns (uint256) {
        vm.prank(who);
        return rewards.claimDelegator(service, operator, _one(epoch), who);
    }

    /// ETH half: 400 by 3 : 1. ALT half: 400 by 1 : 1. So 500 and 300; a tenth is commission.
    function test_potIsSharedByWeightOperatorAndDelegators() public {
        _settle();
        assertEq(_claimOperator(seated[0]), 50e18);
        assertEq(_claimOperator(seated[1]), 30e18);
        assertEq(_claimDelegator(seated[0], alice), 450e18 * 3 / 4);
        assertEq(_claimDelegator(seated[0], bob), 450e18 / 4);
        assertEq(tokens[1].balanceOf(alice), 450e18 * 3 / 4);
        (uint256 funded, uint256 paid) = rewards.potOf(service, epoch);
        assertEq(funded, POT);
        // No one delegated to the second operator.
        assertEq(paid, POT - 270e18);
    }

    function test_absenceIsNotPaidAndPaysNoOneElse() public {
        participation.say(epoch, seated[0], 30, 100);
        participation.say(epoch, seated[1], 0, 0);
        _settle();
        assertEq(_claimOperator(seated[0]), 15e18);
        _expectNothing(seated[1]);
    }

    function test_participationAboveAllIsAll() public {
        participation.say(epoch, seated[0], 1000, 100);
        _settle();
        assertEq(_claimOperator(seated[0]), 50e18);
    }

    function _expectNothing(
        address who
    ) private {
        vm.expectRevert(abi.encodeWithSelector(IOperatorRewards.NothingToClaim.selector, who));
        vm.prank(who);
        rewards.claimOperator(service, _one(epoch), who);
    }

    function test_nothingIsPaidTwice() public {
        _settle();
        _claimOperator(seated[0]);
        _expectNothing(seated[0]);
        uint48[] memory twice = new uint48[](2);
        (twice[0], twice[1]) = (epoch, epoch);
        vm.prank(seated[1]);
        assertEq(rewards.claimOperator(service, twice, seated[1]), 30e18);
        vm.prank(alice);
        assertEq(rewards.claimDelegator(service, seated[0], twice, alice), 450e18 * 3 / 4);
    }

    /// Fees that are consumed late reach those who claimed early.
    function test_lateFundsAreSharedTheSame() public {
        _settle();
        _claimOperator(seated[0]);
        _fund(epoch, POT);
        assertEq(_claimOperator(seated[0]), 50e18);
        assertEq(_claimOperator(seated[1]), 60e18);
    }

    function test_whoIsNotInTheTableEarnsNothing() public {
        _settle();
        _expectNothing(alice);
        assertEq(rewards.delegatorClaimable(service, epoch, alice, bob), 0);
        // Nor anyone in an epoch without a pot, or without a table.
        assertEq(rewards.operatorClaimable(service, epoch + 1, seated[0]), 0);
        _fund(epoch + 1, POT);
        assertEq(rewards.operatorClaimable(service, epoch + 1, seated[0]), 0);
    }

    function test_claims_waitUntilParticipationIsFinal() public {
        uint256 settlesAt = table.epochStart(epoch + 1) + GRACE + REPORT_TIME;
        vm.warp(settlesAt);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRewards.NotSettled.selector, epoch, settlesAt)
        );
        vm.prank(seated[0]);
        rewards.claimOperator(service, _one(epoch), seated[0]);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRewards.NotSettled.selector, epoch, settlesAt)
        );
        rewards.claimDelegator(service, seated[0], _one(epoch), alice);
        _settle();
        _claimOperator(seated[0]);
    }

    function test_expiredPotIsTheTreasurys() public {
        _settle();
        _claimOperator(seated[0]);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRewards.NotExpired.selector, service, epoch)
        );
        rewards.reclaim(service, epoch);
        // The last second is the claimants' yet.
        vm.warp(block.timestamp + CLAIM_PERIOD - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRewards.NotExpired.selector, service, epoch)
        );
        rewards.reclaim(service, epoch);
        vm.warp(block.timestamp + 1);
        assertEq(rewards.reclaim(service, epoch), POT - 50e18);
        assertEq(tokens[1].balanceOf(treasury), POT - 50e18);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRewards.NothingToClaim.selector, treasury));
        rewards.reclaim(service, epoch);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRewards.Expired.selector, service, epoch));
        vm.prank(seated[1]);
        rewards.claimOperator(service, _one(epoch), seated[1]);
        // What comes after that does not get stuck.
        _fund(epoch, POT);
        assertEq(tokens[1].balanceOf(treasury), 2 * POT - 50e18);
    }

    // --- parameters ---

    function test_commission_holdsForLaterEpochs() public {
        vm.startPrank(seated[0]);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRewards.CommissionTooHigh.selector, 1e18 + 1)
        );
        rewards.setCommission(1e18 + 1);
        rewards.setCommission(1e18);
        vm.stopPrank();
        _settle();
        assertEq(rewards.commissionAt(seated[0], epoch), 0.1e18);
        uint48 later = epoch + 1 + PARAMETER_DELAY;
        assertEq(rewards.commissionAt(seated[0], later - 1), 0.1e18);
        assertEq(rewards.commissionAt(seated[0], later), 1e18);
        assertEq(_claimOperator(seated[0]), 50e18);
        epoch = later;
        vm.warp(table.epochStart(epoch) + 1);
        table.roll(service, 10);
        _fund(epoch, POT);
        _settle();
        assertEq(_claimOperator(seated[0]), 500e18);
        assertEq(rewards.delegatorClaimable(service, epoch, seated[0], alice), 0);
        vm.prank(seated[0]);
        rewards.setCommission(0);
        assertEq(rewards.commissionAt(seated[0], table.currentEpoch() + 2), 0);
    }

    function test_participation_isGovernancesForLaterEpochs() public {
        vm.expectRevert(
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this))
        );
        rewards.setParticipation(KIND, participation);
        vm.prank(address(timelock));
        rewards.setParticipation(KIND, IParticipation(address(0)));
        uint48 last = epoch + PARAMETER_DELAY;
        assertEq(address(rewards.participationAt(KIND, last)), address(participation));
        assertEq(address(rewards.participationAt(KIND, last + 1)), address(0));
        _settle();
        assertEq(_claimOperator(seated[0]), 50e18);
        epoch += 1 + PARAMETER_DELAY;
        vm.warp(table.epochStart(epoch) + 1);
        table.roll(service, 10);
        _fund(epoch, POT);
        _settle();
        // With no one to say what was done, no one has done anything.
        _expectNothing(seated[0]);
    }

    // --- hostile surroundings ---

    function test_sourceThatLiesCannotTakeOthersPots() public {
        _settle();
        uint48 start = table.epochStart(epoch);
        vm.mockCall(
            address(source),
            abi.encodeCall(IStakeSource.delegationAt, (service, seated[0], uint8(0), alice, start)),
            abi.encode(100, 1)
        );
        vm.expectPartialRevert(IOperatorRewards.PotExceeded.selector);
        vm.prank(alice);
        rewards.claimDelegator(service, seated[0], _one(epoch), alice);
    }

    function test_fund_countsWhatArrives() public {
        vm.expectRevert(IOperatorRewards.ZeroAmount.selector);
        rewards.fund(service, epoch, 0);
        FeeToken token = new FeeToken();
        OperatorRewards with = _rewardsOf(address(token));
        token.mint(address(this), POT);
        token.approve(address(with), POT);
        with.fund(service, epoch, POT);
        (uint256 funded,) = with.potOf(service, epoch);
        assertEq(funded, POT * 99 / 100);
        assertEq(token.balanceOf(address(with)), funded);
    }

    function test_tokenThatCallsBackIsPaidOnce() public {
        ReentrantToken token = new ReentrantToken();
        OperatorRewards with = _runningRewardsOf(address(token));
        token.mint(address(this), POT);
        token.approve(address(with), POT);
        token.arm(address(with), abi.encodeCall(with.fund, (service, epoch, 1)));
        with.fund(service, epoch, POT);
        assertFalse(token.succeeded());
        _settle();
        token.arm(
            address(with), abi.encodeCall(with.claimOperator, (service, _one(epoch), seated[0]))
        );
        vm.prank(seated[0]);
        assertEq(with.claimOperator(service, _one(epoch), seated[0]), 50e18);
        assertFalse(token.succeeded());
    }

    function _rewardsOf(
        address token
    ) private returns (OperatorRewards) {
        return new OperatorRewards(
            FeeToken(token),
            table,
            treasury,
            address(timelock),
            PARAMETER_DELAY,
            REPORT_TIME,
            CLAIM_PERIOD
        );
    }

    /// @dev Such rewards in the first epoch for which participation counts.
    function _runningRewardsOf(
        address token
    ) private returns (OperatorRewards with) {
        with = _rewardsOf(token);
        vm.prank(address(timelock));
        with.setParticipation(KIND, participation);
        epoch += 1 + PARAMETER_DELAY;
        vm.warp(table.epochStart(epoch) + 1);
        table.roll(service, 10);
    }

    function testFuzz_partsNeverExceedThePot(
        uint128 pot,
        uint64 commission,
        uint256 done,
        uint96 first,
        uint96 second
    ) public {
        uint256 amount = bound(pot, 1, 1e28);
        vm.prank(seated[0]);
        rewards.setCommission(uint64(bound(commission, 0, 1e18)));
        epoch += 1 + PARAMETER_DELAY;
        source.setDelegation(service, seated[0], 0, alice, first);
        source.setDelegation(service, seated[0], 0, bob, second);
        vm.warp(table.epochStart(epoch) + 1);
        table.roll(service, 10);
        _fund(epoch, amount);
        participation.say(epoch, seated[0], bound(done, 0, 1e30), 1e30);
        _settle();
        uint256 sum = rewards.operatorClaimable(service, epoch, seated[0])
            + rewards.operatorClaimable(service, epoch, seated[1])
            + rewards.delegatorClaimable(service, epoch, seated[0], alice)
            + rewards.delegatorClaimable(service, epoch, seated[0], bob);
        assertLe(sum, amount);
    }

    /// Rounding leaves wei behind, never takes one: everyone claims, and the rest is the
    /// treasury's.
    function testFuzz_dustIsTheTreasurys(
        uint256 extra,
        uint64 commission,
        uint96 first,
        uint96 second
    ) public {
        vm.prank(seated[0]);
        rewards.setCommission(uint64(bound(commission, 0, 1e18)));
        epoch += 1 + PARAMETER_DELAY;
        for (uint8 quorum = 0; quorum < 2; quorum++) {
            source.setDelegation(service, seated[0], quorum, alice, uint256(first) + 1);
            source.setDelegation(service, seated[0], quorum, bob, uint256(second) + 1);
            source.setDelegation(service, seated[1], quorum, bob, 1);
        }
        vm.warp(table.epochStart(epoch) + 1);
        table.roll(service, 10);
        uint256 pot = bound(extra, 1e6, 1e27);
        _fund(epoch, pot);
        _settle();
        uint256 paid = _claimOperator(seated[1]) + _claimDelegator(seated[1], bob);
        address[3] memory who = [seated[0], alice, bob];
        for (uint256 i = 0; i < 3; i++) {
            uint256 due = i == 0
                ? rewards.operatorClaimable(service, epoch, seated[0])
                : rewards.delegatorClaimable(service, epoch, seated[0], who[i]);
            if (due == 0) continue;
            assertEq(i == 0 ? _claimOperator(seated[0]) : _claimDelegator(seated[0], who[i]), due);
            paid += due;
        }
        // All took part and all stake is someone's: a wei for each of what is rounded.
        assertLe(paid, pot);
        assertGe(paid + 16, pot);
        if (paid == pot) return;
        vm.warp(block.timestamp + CLAIM_PERIOD);
        assertEq(rewards.reclaim(service, epoch), pot - paid);
    }

    /// A token that refuses a payment keeps what is owed where it is.
    function test_tokenThatRefusesIsPaidLater() public {
        RevertingToken token = new RevertingToken();
        OperatorRewards with = _runningRewardsOf(address(token));
        token.mint(address(this), POT);
        token.approve(address(with), POT);
        with.fund(service, epoch, POT);
        _settle();
        token.refuse(true);
        vm.expectRevert("refused");
        vm.prank(seated[0]);
        with.claimOperator(service, _one(epoch), seated[0]);
        (, uint256 paid) = with.potOf(service, epoch);
        assertEq(paid, 0);
        token.refuse(false);
        vm.prank(seated[0]);
        assertEq(with.claimOperator(service, _one(epoch), seated[0]), 50e18);
    }

    /// forge-config: default.isolate = true
    function test_gas_operatorRewards() public {
        _settle();
        _claimOperator(seated[0]);
        vm.snapshotGasLastCall("OperatorRewards", "claimOperator: 1 epoch");
        _claimDelegator(seated[0], alice);
        vm.snapshotGasLastCall("OperatorRewards", "claimDelegator: 1 epoch");
    }
}
