// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { OperatorRewards } from "../../src/alt/OperatorRewards.sol";
import { ServiceFees } from "../../src/alt/ServiceFees.sol";
import { IServiceFees } from "../../src/alt/interfaces/IServiceFees.sol";
import { IRollupRegistry } from "../../src/restaking/interfaces/IRollupRegistry.sol";
import { FeesFixture } from "./utils/FeesFixture.sol";
import { FeeToken, ReentrantToken } from "./utils/HostileTokens.sol";
import { Ownable } from "@openzeppelin/contracts/access/Ownable.sol";
import {
    ReentrancyGuardTransient
} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

contract ServiceFeesTest is FeesFixture {
    function _account() private view returns (IServiceFees.Account memory) {
        return fees.accountOf(service);
    }

    function _pot(
        uint48 epoch
    ) private view returns (uint256 funded) {
        (funded,) = rewards.potOf(service, epoch);
    }

    // --- the life of a service ---

    function test_serviceBeginsWithTheNextEpoch() public {
        uint48 now_ = table.currentEpoch();
        assertFalse(fees.isServed(service));
        tokens[1].mint(payer, 10 * RATE);
        vm.startPrank(payer);
        tokens[1].approve(address(fees), 10 * RATE);
        vm.expectEmit(address(fees));
        emit IServiceFees.ServiceStarted(service, now_ + 1);
        fees.prepay(service, 10 * RATE);
        vm.stopPrank();
        assertFalse(fees.isServed(service));
        _nextEpoch();
        assertTrue(fees.isServed(service));
        assertEq(_account().nextEpoch, now_ + 1);
    }

    function test_firstPaymentCoversTheNoticePeriod() public {
        tokens[1].mint(payer, 10 * RATE);
        vm.startPrank(payer);
        tokens[1].approve(address(fees), 10 * RATE);
        uint256 needed = (NOTICE + 1) * RATE;
        vm.expectRevert(
            abi.encodeWithSelector(IServiceFees.PrepaymentTooSmall.selector, needed - 1, needed)
        );
        fees.prepay(service, needed - 1);
        fees.prepay(service, needed);
        vm.stopPrank();
    }

    function test_epochsAreConsumedOnlyWhenTheyHavePassed() public {
        _prepay(payer, 10 * RATE);
        uint48 first = table.currentEpoch() + 1;
        _expectNothing();
        _nextEpoch();
        _expectNothing();
        // The last second of the epoch still belongs to it.
        vm.warp(table.epochStart(first + 1));
        _expectNothing();
        vm.warp(block.timestamp + 1);
        assertEq(fees.consume(service, 10), 1);
        assertEq(_pot(first), RATE);
        assertEq(_account().balance, 9 * RATE);
        assertEq(tokens[1].balanceOf(address(rewards)), RATE);
        _expectNothing();
    }

    function _expectNothing() private {
        vm.expectRevert(abi.encodeWithSelector(IServiceFees.NothingToConsume.selector, service));
        fees.consume(service, 10);
    }

    function test_rollupPrepays_epochsConsume_notice_serviceEnds() public {
        _prepay(payer, 5 * RATE);
        uint48 first = table.currentEpoch() + 1;
        _nextEpoch();
        vm.expectRevert(
            abi.encodeWithSelector(
                IServiceFees.Covered.selector, service, 5 * RATE, (NOTICE + 1) * RATE
            )
        );
        fees.giveNotice(service);
        _nextEpoch();
        // Before notice can be given, what has passed is consumed.
        vm.expectRevert(abi.encodeWithSelector(IServiceFees.NotConsumed.selector, service, first));
        fees.giveNotice(service);
        fees.consume(service, 1);
        _nextEpoch();
        fees.consume(service, 1);
        uint48 end = table.currentEpoch() + NOTICE;
        vm.expectEmit(address(fees));
        emit IServiceFees.NoticeGiven(service, end);
        fees.giveNotice(service);
        vm.expectRevert(
            abi.encodeWithSelector(IServiceFees.NoticeAlreadyGiven.selector, service, end)
        );
        fees.giveNotice(service);
        for (uint256 i = 0; i < NOTICE; i++) {
            assertTrue(fees.isServed(service));
            _nextEpoch();
        }
        assertTrue(fees.isServed(service));
        _nextEpoch();
        assertFalse(fees.isServed(service));
        vm.expectEmit(address(fees));
        emit IServiceFees.ServiceEnded(service, end);
        // Five were paid for; the sixth of the notice period got what was left: nothing.
        assertEq(fees.consume(service, 100), NOTICE + 1);
        assertEq(_pot(end - 1), RATE);
        assertEq(_pot(end), 0);
        _expectNothing();
    }

    function test_serviceThatEndedBeginsAnew() public {
        _runOut();
        vm.expectRevert(
            abi.encodeWithSelector(IServiceFees.NotConsumed.selector, service, _account().nextEpoch)
        );
        this.prepayAs(payer, 10 * RATE);
        fees.consume(service, 100);
        _prepay(payer, 10 * RATE);
        assertFalse(fees.isServed(service));
        _nextEpoch();
        assertTrue(fees.isServed(service));
        assertEq(_account().endEpoch, 0);
        assertEq(_account().nextEpoch, table.currentEpoch());
    }

    function prepayAs(
        address from,
        uint256 amount
    ) external {
        _prepay(from, amount);
    }

    /// @dev Four epochs are paid; then notice, and its end.
    function _runOut() private {
        _prepay(payer, 4 * RATE);
        _nextEpoch();
        _nextEpoch();
        fees.consume(service, 1);
        fees.giveNotice(service);
        for (uint256 i = 0; i <= NOTICE; i++) {
            _nextEpoch();
        }
        assertFalse(fees.isServed(service));
    }

    function test_paymentInTimeWithdrawsTheNotice() public {
        _prepay(payer, 4 * RATE);
        _nextEpoch();
        _nextEpoch();
        fees.consume(service, 1);
        fees.giveNotice(service);
        _prepay(payer, RATE - 1);
        assertGt(_account().endEpoch, 0);
        _prepay(payer, 1);
        assertEq(_account().endEpoch, 0);
    }

    /// An epoch ends between a payment's signature and its block: it still withdraws the notice.
    function test_paymentWithdrawsTheNoticeThoughAnEpochIsNotConsumed() public {
        _prepay(payer, 4 * RATE);
        _nextEpoch();
        _nextEpoch();
        fees.consume(service, 1);
        fees.giveNotice(service);
        _nextEpoch();
        assertLt(_account().nextEpoch, table.currentEpoch());
        // Three are left: for the epoch not consumed, this one, and three of notice, two are
        // missing.
        _prepay(payer, 2 * RATE - 1);
        assertGt(_account().endEpoch, 0);
        _prepay(payer, 1);
        assertEq(_account().endEpoch, 0);
        assertEq(fees.consume(service, 10), 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IServiceFees.Covered.selector, service, (NOTICE + 1) * RATE, (NOTICE + 1) * RATE
            )
        );
        fees.giveNotice(service);
    }

    /// Nobody gave notice in time: operators serve the notice period for what is left.
    function test_lateNotice_isGivenByTheConsumption() public {
        _prepay(payer, 4 * RATE);
        for (uint256 i = 0; i < 6; i++) {
            _nextEpoch();
        }
        uint48 current = table.currentEpoch();
        vm.expectEmit(address(fees));
        emit IServiceFees.Underpaid(service, current - 1, RATE, 0);
        vm.expectEmit(address(fees));
        emit IServiceFees.NoticeGiven(service, current + NOTICE);
        assertEq(fees.consume(service, 100), 5);
        assertTrue(fees.isServed(service));
        assertEq(_account().balance, 0);
    }

    // --- the rollup's owner ---

    function test_owner_leavesWithWhatIsLeft() public {
        _prepay(payer, 10 * RATE);
        _nextEpoch();
        vm.prank(rollupOwner);
        fees.giveNotice(service);
        // Others' payment keeps no one who wants to leave.
        _prepay(payer, 10 * RATE);
        assertGt(_account().endEpoch, 0);
        vm.prank(rollupOwner);
        vm.expectRevert(abi.encodeWithSelector(IServiceFees.NotEnded.selector, service));
        fees.refund(service, rollupOwner);
        for (uint256 i = 0; i <= NOTICE; i++) {
            _nextEpoch();
        }
        fees.consume(service, 100);
        vm.expectRevert(
            abi.encodeWithSelector(IServiceFees.NotRollupOwner.selector, service, address(this))
        );
        fees.refund(service, address(this));
        vm.startPrank(rollupOwner);
        assertEq(fees.refund(service, rollupOwner), (20 - NOTICE - 1) * RATE);
        vm.expectRevert(abi.encodeWithSelector(IServiceFees.NothingToRefund.selector, service));
        fees.refund(service, rollupOwner);
        vm.stopPrank();
        assertEq(tokens[1].balanceOf(address(fees)), 0);
    }

    function test_owner_canChangeItsMind() public {
        _prepay(payer, 10 * RATE);
        _nextEpoch();
        vm.prank(rollupOwner);
        fees.giveNotice(service);
        _prepay(rollupOwner, 1);
        assertEq(_account().endEpoch, 0);
        assertFalse(_account().byOwner);
    }

    /// Operators earn from a service that goes on: who left must not be brought back for what it
    /// has not taken yet.
    function test_owner_whoLeftIsNotBroughtBackByOthers() public {
        _prepay(payer, 20 * RATE);
        _nextEpoch();
        vm.prank(rollupOwner);
        fees.giveNotice(service);
        for (uint256 i = 0; i <= NOTICE; i++) {
            _nextEpoch();
        }
        fees.consume(service, 100);
        bytes memory refusal =
            abi.encodeWithSelector(IServiceFees.NotRollupOwner.selector, service, payer);
        vm.expectRevert(refusal);
        this.prepayAs(payer, 0);
        vm.expectRevert(refusal);
        this.prepayAs(payer, 10 * RATE);
        uint256 left = (20 - NOTICE - 1) * RATE;
        vm.prank(rollupOwner);
        assertEq(fees.refund(service, rollupOwner), left);
        // It comes back by itself alone.
        vm.expectRevert(refusal);
        this.prepayAs(payer, 10 * RATE);
        _prepay(rollupOwner, 10 * RATE);
        assertEq(_account().nextEpoch, table.currentEpoch() + 1);
        assertFalse(_account().byOwner);
        vm.prank(rollupOwner);
        vm.expectRevert(abi.encodeWithSelector(IServiceFees.NotEnded.selector, service));
        fees.refund(service, rollupOwner);
    }

    /// Else a wei at the right moment would keep a rollup from leaving with what is left.
    function test_owner_makesOthersNoticeItsOwn() public {
        _prepay(payer, 4 * RATE);
        _nextEpoch();
        _nextEpoch();
        fees.consume(service, 1);
        fees.giveNotice(service);
        uint48 end = _account().endEpoch;
        _nextEpoch();
        vm.startPrank(rollupOwner);
        vm.expectEmit(address(fees));
        emit IServiceFees.NoticeGiven(service, end);
        fees.giveNotice(service);
        vm.expectRevert(
            abi.encodeWithSelector(IServiceFees.NoticeAlreadyGiven.selector, service, end)
        );
        fees.giveNotice(service);
        vm.stopPrank();
        _prepay(payer, 10 * RATE);
        assertEq(_account().endEpoch, end);
        assertTrue(_account().byOwner);
    }

    function test_notice_needsAService() public {
        vm.expectRevert(abi.encodeWithSelector(IServiceFees.NotStarted.selector, service));
        fees.giveNotice(service);
        vm.expectRevert(abi.encodeWithSelector(IServiceFees.NotStarted.selector, service));
        fees.consume(service, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IRollupRegistry.UnknownService.selector, bytes32("none"))
        );
        fees.prepay("none", 0);
    }

    // --- rates ---

    function test_rate_isGovernancesAndHoldsAfterTheNotice() public {
        vm.expectRevert(
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this))
        );
        fees.setRate(KIND, 1);
        _prepay(payer, 100 * RATE);
        uint48 current = table.currentEpoch();
        vm.startPrank(address(timelock));
        fees.setRate(KIND, 3 * RATE);
        vm.expectRevert(
            abi.encodeWithSelector(IServiceFees.RateTooHigh.selector, uint256(1) << 128)
        );
        fees.setRate(KIND, 1 << 128);
        vm.stopPrank();
        assertEq(fees.rateAt(KIND, current + NOTICE), RATE);
        assertEq(fees.rateAt(KIND, current + NOTICE + 1), 3 * RATE);
        for (uint256 i = 0; i < NOTICE + 3; i++) {
            _nextEpoch();
        }
        fees.consume(service, 100);
        assertEq(_pot(current + NOTICE), RATE);
        assertEq(_pot(current + NOTICE + 1), 3 * RATE);
        assertEq(fees.costOf(service, current + 1, current + NOTICE + 1), (NOTICE + 3) * RATE);
    }

    function test_rate_ofTheDeploymentHoldsFromTheFirstEpoch() public {
        IServiceFees.Rate[] memory initial = new IServiceFees.Rate[](2);
        initial[0] = IServiceFees.Rate(KIND, 2 * RATE);
        initial[1] = IServiceFees.Rate("other", type(uint128).max);
        ServiceFees with =
            new ServiceFees(tokens[1], table, rewards, address(timelock), NOTICE, initial);
        assertEq(with.rateAt(KIND, 0), 2 * RATE);
        assertEq(with.rateAt(KIND, type(uint48).max), 2 * RATE);
        assertEq(with.rateAt("other", 1), type(uint128).max);
        assertEq(with.rateAt("third", 1), 0);
        initial[1].rate++;
        vm.expectRevert(
            abi.encodeWithSelector(IServiceFees.RateTooHigh.selector, uint256(1) << 128)
        );
        new ServiceFees(tokens[1], table, rewards, address(timelock), NOTICE, initial);
    }

    /// Who does not want the new rate is gone before it holds.
    function test_rate_canBeLeftBehind() public {
        _prepay(payer, 100 * RATE);
        _nextEpoch();
        vm.prank(address(timelock));
        fees.setRate(KIND, type(uint128).max);
        vm.prank(rollupOwner);
        fees.giveNotice(service);
        for (uint256 i = 0; i <= NOTICE; i++) {
            _nextEpoch();
        }
        fees.consume(service, 100);
        assertEq(_account().balance, (100 - NOTICE - 1) * RATE);
    }

    function test_rate_ofZeroCostsNothing() public {
        vm.prank(address(timelock));
        fees.setRate(KIND, 0);
        for (uint256 i = 0; i <= NOTICE; i++) {
            _nextEpoch();
        }
        _prepay(payer, 0);
        _nextEpoch();
        _nextEpoch();
        assertEq(fees.consume(service, 10), 1);
        vm.expectRevert(abi.encodeWithSelector(IServiceFees.Covered.selector, service, 0, 0));
        fees.giveNotice(service);
    }

    function test_rate_ofTheMaximumIsCharged() public {
        _prepay(payer, 100 * RATE);
        vm.prank(address(timelock));
        fees.setRate(KIND, type(uint128).max);
        for (uint256 i = 0; i < NOTICE + 3; i++) {
            _nextEpoch();
        }
        fees.consume(service, 100);
        assertEq(_account().balance, 0);
        assertGt(_account().endEpoch, 0);
    }

    // --- griefing ---

    /// A year that no one consumed is consumed in pages, each of a bounded cost.
    function test_grief_longBacklogIsConsumedInPages() public {
        _prepay(payer, 400 * RATE);
        vm.warp(block.timestamp + 366 days);
        uint256 consumed;
        while (_account().nextEpoch < table.currentEpoch()) {
            uint256 before = gasleft();
            consumed += fees.consume(service, 50);
            assertLt(before - gasleft(), 5_000_000);
        }
        assertEq(consumed, 365);
        assertEq(_account().balance, 35 * RATE);
    }

    function test_grief_tokenWithAFeeIsCountedAsItArrives() public {
        FeeToken token = new FeeToken();
        ServiceFees with = _feesOf(address(token));
        token.mint(payer, 100 * RATE);
        vm.startPrank(payer);
        token.approve(address(with), 100 * RATE);
        with.prepay(service, 100 * RATE);
        vm.stopPrank();
        assertEq(with.accountOf(service).balance, 99 * RATE);
        _nextEpoch();
        _nextEpoch();
        with.consume(service, 1);
        (uint256 funded,) = with.rewards().potOf(service, table.currentEpoch() - 1);
        assertEq(funded, RATE * 99 / 100);
        assertEq(token.balanceOf(address(with)), with.accountOf(service).balance);
    }

    function test_grief_tokenThatCallsBackChangesNothing() public {
        ReentrantToken token = new ReentrantToken();
        ServiceFees with = _feesOf(address(token));
        token.mint(payer, 100 * RATE);
        vm.prank(payer);
        token.approve(address(with), 100 * RATE);
        token.arm(address(with), abi.encodeCall(with.prepay, (service, 0)));
        vm.prank(payer);
        with.prepay(service, 100 * RATE);
        assertFalse(token.succeeded());
        _nextEpoch();
        _nextEpoch();
        token.arm(address(with), abi.encodeCall(with.consume, (service, 1)));
        with.consume(service, 1);
        assertFalse(token.succeeded());
        assertEq(with.accountOf(service).balance, 99 * RATE);
    }

    /// A notice in the middle of a payment would be forgotten by it.
    function test_grief_tokenThatGivesNoticeIsRefused() public {
        ReentrantToken token = new ReentrantToken();
        ServiceFees with = _feesOf(address(token));
        token.mint(payer, 100 * RATE);
        vm.startPrank(payer);
        token.approve(address(with), 100 * RATE);
        with.prepay(service, (NOTICE + 1) * RATE);
        _nextEpoch();
        _nextEpoch();
        with.consume(service, 1);
        token.arm(address(with), abi.encodeCall(with.giveNotice, (service)));
        with.prepay(service, RATE);
        vm.stopPrank();
        assertFalse(token.succeeded());
    }

    function _feesOf(
        address token
    ) private returns (ServiceFees with) {
        OperatorRewards pots = new OperatorRewards(
            FeeToken(token), table, treasury, address(timelock), 1, REPORT_TIME, CLAIM_PERIOD
        );
        with = new ServiceFees(FeeToken(token), table, pots, address(timelock), NOTICE, _rates());
    }

    /// forge-config: default.isolate = true
    function test_gas_serviceFees() public {
        _prepay(payer, 50 * RATE);
        vm.startPrank(payer);
        tokens[1].mint(payer, RATE);
        tokens[1].approve(address(fees), RATE);
        fees.prepay(service, RATE);
        vm.snapshotGasLastCall("ServiceFees", "prepay");
        vm.stopPrank();
        for (uint256 i = 0; i < 12; i++) {
            _nextEpoch();
        }
        fees.consume(service, 1);
        vm.snapshotGasLastCall("ServiceFees", "consume: 1 epoch");
        fees.consume(service, 10);
        vm.snapshotGasLastCall("ServiceFees", "consume: 10 epochs");
    }
}
