// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { AltDistribution } from "../src/alt/AltDistribution.sol";
import { AltGovernor } from "../src/alt/AltGovernor.sol";
import { AltToken } from "../src/alt/AltToken.sol";
import { AltVestingWallet } from "../src/alt/AltVestingWallet.sol";
import { OperatorRewards } from "../src/alt/OperatorRewards.sol";
import { ServiceFees } from "../src/alt/ServiceFees.sol";
import { StakedAlt } from "../src/alt/StakedAlt.sol";
import { IAltDistribution } from "../src/alt/interfaces/IAltDistribution.sol";
import { IServiceFees } from "../src/alt/interfaces/IServiceFees.sol";
import { Quorum } from "../src/restaking/interfaces/IStakeSource.sol";
import { IStakeTable } from "../src/restaking/interfaces/IStakeTable.sol";
import { ParticipationDouble } from "./alt/utils/ParticipationDouble.sol";
import { BlsKeys } from "./restaking/utils/BlsKeys.sol";
import { TokenDouble } from "./restaking/utils/Doubles.sol";
import { SymbioticFixture } from "./restaking/utils/SymbioticFixture.sol";
import { IVault } from "@symbioticfi/core/src/interfaces/vault/IVault.sol";

/// @notice Whole lives, on the real contracts and Symbiotic Core: only the evidence and the reports
/// of participation are doubles, since MACH, VITAL and SQUAD bring them.
contract LifecycleTest is SymbioticFixture {
    uint48 internal constant NOTICE = 3;
    uint256 internal constant RATE = 1000e18;
    uint256 internal constant BOND = 100_000e18;

    AltToken internal alt;
    AltGovernor internal governor;
    OperatorRewards internal rewards;
    ServiceFees internal fees;
    StakedAlt internal staked;
    ParticipationDouble internal participation;
    address internal carol = makeAddr("carol");
    address internal treasury = makeAddr("treasury");

    function _newTokens() internal override returns (TokenDouble[2] memory) {
        alt = new AltToken(block.chainid, address(this), address(timelock));
        return [new TokenDouble("LST"), TokenDouble(address(alt))];
    }

    function _give(
        uint8 quorum,
        address to,
        uint256 amount
    ) internal override {
        if (quorum == Quorum.ALT) alt.transfer(to, amount);
        else super._give(quorum, to, amount);
    }

    function setUp() public override {
        super.setUp();
        governor = new AltGovernor(
            alt, timelock, AltGovernor.Settings(1 days, 7 days, 1_000_000e18, 4, 2 days)
        );
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(governor));
        timelock.grantRole(timelock.EXECUTOR_ROLE(), address(0));
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), address(this));
        rewards = new OperatorRewards(alt, table, treasury, address(timelock), 0, 6 hours, 180 days);
        IServiceFees.Rate[] memory rates = new IServiceFees.Rate[](1);
        rates[0] = IServiceFees.Rate(KIND, RATE);
        fees = new ServiceFees(alt, table, rewards, address(timelock), NOTICE, rates);
        staked = new StakedAlt(alt, vaultsOf[operator][1], rewards, 7 days);
        participation = new ParticipationDouble();
        vm.prank(address(timelock));
        rewards.setParticipation(KIND, participation);
    }

    function _prepay(
        uint256 amount
    ) private {
        alt.transfer(rollupOwner, amount);
        vm.startPrank(rollupOwner);
        alt.approve(address(fees), amount);
        fees.prepay(service, amount);
        vm.stopPrank();
    }

    function _epochs(
        uint256 count
    ) private {
        for (uint256 i = 0; i < count; i++) {
            _nextEpoch();
        }
    }

    // --- restake, register, table, earn, slash, leave ---

    function test_restake_register_earn_slash_leave() public {
        // Alice and Bob restaked an LST, Alice ALT (setUp); Carol bonds ALT through reALT.
        alt.transfer(carol, BOND);
        vm.startPrank(carol);
        alt.approve(address(staked), BOND);
        staked.deposit(BOND, carol);
        vm.stopPrank();
        _register(operator, BlsKeys.keys(1)[0]);
        _epochs(NOTICE + 1);
        _join(operator);
        _prepay(20 * RATE);
        _nextEpoch();
        uint48 epoch = table.currentEpoch();
        assertTrue(table.roll(service, 10));
        IStakeTable.Table memory rolled = table.stakeTableOf(service, epoch);
        assertEq(rolled.totals[0], ETH_STAKE);
        assertEq(rolled.totals[1], ALT_STAKE + BOND);
        assertTrue(fees.isServed(service));

        _epochs(2);
        fees.consume(service, 1);
        _earn(epoch);
        _slashAndLeave();
    }

    /// @dev Half of the fee is for each quorum; a tenth of it the operator's. Alice has three
    /// quarters of the LST and five sixths of the ALT.
    function _earn(
        uint48 epoch
    ) private {
        uint48[] memory epochs = new uint48[](1);
        epochs[0] = epoch;
        vm.prank(operator);
        assertEq(rewards.claimOperator(service, epochs, operator), RATE / 10);
        vm.prank(alice);
        assertEq(
            rewards.claimDelegator(service, operator, epochs, alice),
            RATE * 45 / 100 * 3 / 4 + RATE * 45 / 100 * 5 / 6
        );
        vm.prank(bob);
        assertEq(rewards.claimDelegator(service, operator, epochs, bob), RATE * 45 / 100 / 4);
        assertEq(staked.harvest(service, operator, epochs), RATE * 45 / 100 / 6);
        (uint256 funded, uint256 paid) = rewards.potOf(service, epoch);
        assertEq(funded, RATE);
        assertEq(paid, RATE);
    }

    function _slashAndLeave() private {
        _wait(7 days);
        staked.compound();
        uint256 harvested = RATE * 45 / 100 / 6;
        assertApproxEqAbs(staked.totalAssets(), BOND + harvested, 1);
        _nextEpoch();
        uint256 whole = ALT_STAKE + BOND + harvested;
        bytes32 offence = _punish(operator, table.epochStart(table.currentEpoch()), "a");
        // A tenth of everyone's, and its three shares make up the whole.
        assertEq(slasher.distribute(offence, address(tokens[0])), ETH_STAKE / 10);
        assertApproxEqAbs(slasher.distribute(offence, address(alt)), whole / 10, 1);
        assertEq(slasher.claim(reporter, address(tokens[0])), ETH_STAKE / 10 / 5);
        assertEq(slasher.claim(fund, address(tokens[0])), ETH_STAKE / 10 * 3 / 10);
        assertEq(slasher.claim(slasher.BURN_ADDRESS(), address(tokens[0])), ETH_STAKE / 10 / 2);
        assertApproxEqAbs(staked.totalAssets(), (BOND + harvested) * 9 / 10, 2);

        uint256 shares = staked.balanceOf(carol);
        vm.prank(carol);
        (uint256 assets, uint256 claimEpoch) = staked.requestRedeem(shares, carol, carol);
        _beginWithdrawal(operator, Quorum.ETH, bob, ETH_STAKE / 4 * 9 / 10);
        _wait(2 * WINDOW);
        IVault vault = vaultsOf[operator][1];
        vm.prank(carol);
        assertEq(vault.claim(carol, claimEpoch), assets);
        // Of what was harvested the virtual shares keep their millionth of a billionth.
        assertApproxEqAbs(alt.balanceOf(carol), (BOND + harvested) * 9 / 10, 1000);
        assertEq(_finishWithdrawal(operator, Quorum.ETH, bob), ETH_STAKE / 4 * 9 / 10);
    }

    // --- vest, claim, delegate, propose, vote, queue, execute ---

    function test_vest_vote_execute_newRateHolds() public {
        AltVestingWallet wallet = _vest(bob, 500_000_000e18);
        _wait(365 days);
        wallet.release(address(alt));
        assertEq(alt.balanceOf(bob), 500_000_000e18 / 4);
        vm.startPrank(bob);
        alt.delegate(bob);
        // What is still locked votes too.
        wallet.delegate(alt, bob);
        vm.stopPrank();
        _wait(1 days);
        assertEq(alt.getVotes(bob), 500_000_000e18);

        address[] memory targets = new address[](1);
        bytes[] memory calls = new bytes[](1);
        uint256[] memory values = new uint256[](1);
        (targets[0], calls[0]) = (address(fees), abi.encodeCall(fees.setRate, (KIND, 2 * RATE)));
        vm.prank(bob);
        uint256 proposal = governor.propose(targets, values, calls, "Double the fee");
        _wait(1 days + 1);
        vm.prank(bob);
        governor.castVote(proposal, 1);
        _wait(7 days);
        governor.queue(targets, values, calls, keccak256("Double the fee"));
        vm.expectRevert();
        governor.execute(targets, values, calls, keccak256("Double the fee"));
        _prepay(50 * RATE);
        _wait(2 days);
        governor.execute(targets, values, calls, keccak256("Double the fee"));

        uint48 from = table.currentEpoch() + NOTICE + 1;
        _epochs(NOTICE + 3);
        fees.consume(service, 100);
        (uint256 before,) = rewards.potOf(service, from - 1);
        (uint256 after_,) = rewards.potOf(service, from);
        assertEq(before, RATE);
        assertEq(after_, 2 * RATE);
    }

    function _vest(
        address beneficiary,
        uint256 amount
    ) private returns (AltVestingWallet) {
        IAltDistribution.Allocation[] memory schedule = new IAltDistribution.Allocation[](1);
        schedule[0] = IAltDistribution.Allocation(
            beneficiary, amount, uint64(block.timestamp), 4 * 365 days, 365 days
        );
        bytes32 commitment = keccak256(abi.encode(schedule[0], bytes32(0)));
        AltDistribution distribution = new AltDistribution(alt, commitment);
        alt.transfer(address(distribution), amount);
        distribution.distribute(schedule, 0);
        return AltVestingWallet(payable(vm.computeCreateAddress(address(distribution), 1)));
    }

    // --- prepay, consume, notice, end ---

    function test_prepay_consume_notice_end() public {
        _epochs(NOTICE + 1);
        _prepay(5 * RATE);
        _epochs(3);
        assertEq(fees.consume(service, 100), 2);
        fees.giveNotice(service);
        _epochs(NOTICE);
        assertTrue(fees.isServed(service));
        _nextEpoch();
        assertFalse(fees.isServed(service));
        fees.consume(service, 100);
        assertEq(alt.balanceOf(address(fees)), 0);
        assertEq(alt.balanceOf(address(rewards)), 5 * RATE);
    }
}
