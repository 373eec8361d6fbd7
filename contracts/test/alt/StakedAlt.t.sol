// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { StakedAlt } from "../../src/alt/StakedAlt.sol";
import { IOperatorRewards } from "../../src/alt/interfaces/IOperatorRewards.sol";
import { IStakedAlt } from "../../src/alt/interfaces/IStakedAlt.sol";
import { TokenDouble } from "../restaking/utils/Doubles.sol";
import { FeeToken, ReentrantToken, RevertingToken } from "./utils/HostileTokens.sol";
import { StakedAltFixture } from "./utils/StakedAltFixture.sol";
import { IAccessControl } from "@openzeppelin/contracts/access/IAccessControl.sol";
import { IERC20Errors } from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { IVault } from "@symbioticfi/core/src/interfaces/vault/IVault.sol";

contract StakedAltTest is StakedAltFixture {
    uint256 internal constant AMOUNT = 1000e18;
    address internal alice = makeAddr("alice");
    address internal bob = makeAddr("bob");
    address internal mallory = makeAddr("mallory");

    function _price() private view returns (uint256) {
        return staked.convertToAssets(1e18);
    }

    /// @dev Starts the cooldown for all shares of `who`, waits for it, claims.
    function _leave(
        address who
    ) private returns (uint256) {
        uint256 shares = staked.balanceOf(who);
        vm.prank(who);
        (, uint256 epoch) = staked.requestRedeem(shares, who, who);
        vm.warp(block.timestamp + 2 * VAULT_EPOCH);
        vm.prank(who);
        return vault.claim(who, epoch);
    }

    // --- in and out ---

    function test_depositBondsAltInTheVault() public {
        assertEq(staked.previewDeposit(AMOUNT), AMOUNT);
        assertEq(_deposit(alice, AMOUNT), AMOUNT);
        assertEq(staked.totalAssets(), AMOUNT);
        assertEq(vault.activeBalanceOf(address(staked)), AMOUNT);
        assertEq(alt.balanceOf(address(staked)), 0);
        assertEq(staked.symbol(), "reALT");
        assertEq(staked.decimals(), 18);
        assertEq(address(staked.vault()), address(vault));
    }

    function test_mintCostsWhatItPreviews() public {
        _deposit(bob, AMOUNT);
        vm.warp(block.timestamp + 1);
        _slash(0.3e18);
        uint256 cost = staked.previewMint(AMOUNT);
        alt.mint(alice, cost);
        vm.startPrank(alice);
        alt.approve(address(staked), cost);
        assertEq(staked.mint(AMOUNT, alice), cost);
        vm.stopPrank();
        assertEq(staked.balanceOf(alice), AMOUNT);
        assertApproxEqAbs(cost, AMOUNT * 7 / 10, 2);
    }

    function test_leavingTakesTheVaultsCooldown() public {
        _deposit(alice, AMOUNT);
        vm.prank(alice);
        vm.expectEmit(address(staked));
        emit IStakedAlt.RedeemRequested(alice, alice, AMOUNT, AMOUNT, 1);
        (uint256 assets, uint256 epoch) = staked.requestRedeem(AMOUNT, alice, alice);
        assertEq(assets, AMOUNT);
        assertEq(staked.totalSupply(), 0);
        assertEq(staked.bondShares(), 0);
        vm.startPrank(alice);
        vm.warp(block.timestamp + VAULT_EPOCH);
        vm.expectRevert(IVault.InvalidEpoch.selector);
        vault.claim(alice, epoch);
        vm.warp(block.timestamp + VAULT_EPOCH);
        assertEq(vault.claim(alice, epoch), AMOUNT);
        vm.stopPrank();
        assertEq(alt.balanceOf(alice), AMOUNT);
    }

    function test_thereIsNoWayAroundTheCooldown() public {
        _deposit(alice, AMOUNT);
        assertEq(staked.maxWithdraw(alice), 0);
        assertEq(staked.maxRedeem(alice), 0);
        vm.startPrank(alice);
        vm.expectRevert(IStakedAlt.CooldownRequired.selector);
        staked.withdraw(1, alice, alice);
        vm.expectRevert(IStakedAlt.CooldownRequired.selector);
        staked.redeem(1, alice, alice);
        vm.stopPrank();
        // What it would be worth is still to be had.
        assertEq(staked.previewRedeem(AMOUNT), AMOUNT);
        assertEq(staked.previewWithdraw(AMOUNT), AMOUNT);
    }

    function test_othersSharesNeedAnAllowance() public {
        _deposit(alice, AMOUNT);
        vm.prank(mallory);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector, mallory, 0, AMOUNT
            )
        );
        staked.requestRedeem(AMOUNT, mallory, alice);
        vm.prank(alice);
        staked.approve(bob, AMOUNT);
        vm.prank(bob);
        staked.requestRedeem(AMOUNT, bob, alice);
        assertEq(staked.allowance(alice, bob), 0);
        assertEq(vault.withdrawalsOf(1, bob), AMOUNT);
    }

    function test_zeroIsRefused() public {
        vm.startPrank(alice);
        vm.expectRevert();
        staked.deposit(0, alice);
        vm.expectRevert(IStakedAlt.ZeroAmount.selector);
        staked.mint(0, alice);
        vm.expectRevert(IVault.InsufficientRedemption.selector);
        staked.requestRedeem(0, alice, alice);
        vm.stopPrank();
        assertEq(staked.compound(), 0);
    }

    function test_theWholeSupplyOfAltFits() public {
        uint256 supply = 10_000_000_000e18;
        assertEq(_deposit(alice, supply), supply);
        assertEq(_leave(alice), supply);
    }

    // --- slashes ---

    function test_aSlashLowersThePriceByTheFraction() public {
        _deposit(alice, AMOUNT);
        _deposit(bob, 3 * AMOUNT);
        vm.warp(block.timestamp + 1);
        assertEq(_slash(0.25e18), AMOUNT);
        assertEq(_price(), 0.75e18);
        assertEq(staked.totalAssets(), 3 * AMOUNT);
        // Who comes after it pays the new price.
        assertApproxEqAbs(_deposit(mallory, 0.75e18), 1e18, 2);
        assertApproxEqAbs(_leave(alice), AMOUNT * 3 / 4, 2);
        assertApproxEqAbs(_leave(bob), AMOUNT * 9 / 4, 2);
    }

    function test_aSlashReachesTheCooldown() public {
        _deposit(alice, AMOUNT);
        _deposit(bob, AMOUNT);
        vm.warp(block.timestamp + 1);
        vm.prank(alice);
        (, uint256 epoch) = staked.requestRedeem(AMOUNT, alice, alice);
        assertEq(_slash(0.5e18), AMOUNT);
        assertApproxEqAbs(_price(), 0.5e18, 1);
        vm.warp(block.timestamp + 2 * VAULT_EPOCH);
        vm.prank(alice);
        assertEq(vault.claim(alice, epoch), AMOUNT / 2);
    }

    function test_afterASlashOfEverythingNothingIsLeft() public {
        _deposit(alice, AMOUNT);
        vm.warp(block.timestamp + 1);
        _slash(1e18);
        assertEq(staked.totalAssets(), 0);
        vm.prank(alice);
        vm.expectRevert(IVault.InsufficientRedemption.selector);
        staked.requestRedeem(AMOUNT, alice, alice);
    }

    // --- donations and rounding ---

    function test_donationsDoNotMoveThePrice() public {
        _deposit(alice, AMOUNT);
        alt.mint(mallory, 3 * AMOUNT);
        vm.startPrank(mallory);
        alt.transfer(address(staked), AMOUNT);
        alt.transfer(address(vault), AMOUNT);
        alt.approve(address(vault), AMOUNT);
        vault.deposit(address(staked), AMOUNT);
        vm.stopPrank();
        assertEq(_price(), 1e18);
        assertEq(staked.totalAssets(), AMOUNT);
        staked.compound();
        assertEq(_price(), 1e18);
        assertEq(_deposit(bob, AMOUNT), AMOUNT);
        assertEq(_leave(alice), AMOUNT);
    }

    /// The classic: one wei, then a donation, so that the next depositor's shares round to nothing.
    function test_theFirstDepositorOwnsNoOneElsesRounding() public {
        _deposit(mallory, 1);
        alt.mint(mallory, 1_000_000e18);
        vm.startPrank(mallory);
        alt.transfer(address(staked), 500_000e18);
        alt.approve(address(vault), 500_000e18);
        vault.deposit(address(staked), 500_000e18);
        vm.stopPrank();
        assertEq(_deposit(alice, AMOUNT), AMOUNT);
        assertEq(_leave(alice), AMOUNT);
        assertEq(staked.totalAssets(), 1);
    }

    /// Even rewards, the only thing that raises the price, do not let a tiny supply round others
    /// off.
    function test_rewardsToATinySupplyRoundNoOneOff() public {
        _deposit(mallory, 1);
        _harvest(1000e18);
        vm.warp(block.timestamp + STREAM);
        uint256 shares = _deposit(alice, AMOUNT);
        assertGt(shares, 1e5);
        assertApproxEqRel(staked.convertToAssets(shares), AMOUNT, 0.00001e18);
    }

    function testFuzz_depositAndLeaveNeverGains(
        uint256 first,
        uint256 second,
        uint256 fraction
    ) public {
        first = bound(first, 1, 1e27);
        second = bound(second, 1e6, 1e27);
        _deposit(bob, first);
        vm.warp(block.timestamp + 1);
        fraction = bound(fraction, 0, 0.99e18);
        if (first * fraction >= 1e18) _slash(fraction);
        _deposit(alice, second);
        uint256 got = _leave(alice);
        assertLe(got, second);
        assertApproxEqAbs(got, second, 1000);
    }

    // --- rewards ---

    function test_harvestStreamsIn() public {
        _deposit(alice, AMOUNT);
        _harvest(70e18);
        assertEq(_price(), 1e18);
        // Who comes for the harvest alone gets what streams in while it stays: nothing.
        _deposit(mallory, AMOUNT);
        assertApproxEqAbs(_leaveNow(mallory), AMOUNT, 1);
        vm.warp(block.timestamp + 1 days);
        assertEq(staked.compound(), 10e18);
        assertApproxEqAbs(staked.totalAssets(), AMOUNT + 10e18, 2);
        vm.warp(block.timestamp + 30 days);
        assertEq(staked.compound(), 60e18);
        assertEq(staked.compound(), 0);
        assertApproxEqAbs(staked.totalAssets(), AMOUNT + 70e18, 2);
        assertGt(_price(), 1.06e18);
    }

    function _leaveNow(
        address who
    ) private returns (uint256 assets) {
        uint256 shares = staked.balanceOf(who);
        vm.prank(who);
        (assets,) = staked.requestRedeem(shares, who, who);
    }

    function test_harvestsOverlap() public {
        _deposit(alice, AMOUNT);
        _harvest(70e18);
        vm.warp(block.timestamp + 3 days);
        _harvest(30e18);
        assertApproxEqAbs(staked.totalAssets(), AMOUNT + 30e18, 2);
        vm.warp(block.timestamp + STREAM);
        staked.compound();
        assertApproxEqAbs(staked.totalAssets(), AMOUNT + 100e18, 2);
    }

    /// Someone funds pots with a wei each time to have the rest stream anew.
    function test_harvestsOfNextToNothingHoldNothingUp() public {
        _deposit(alice, AMOUNT);
        _harvest(70e18);
        for (uint256 i = 0; i < 7; i++) {
            vm.warp(block.timestamp + 1 days);
            _harvest(1);
        }
        vm.warp(block.timestamp + 1 hours);
        assertApproxEqAbs(staked.totalAssets(), AMOUNT + 70e18, 1e15);
    }

    /// Who comes first gets what streams in while it stays, as everyone: not all that waited.
    function test_withoutHoldersTheStreamWaits() public {
        _harvest(70e18);
        vm.warp(block.timestamp + 30 days);
        assertEq(staked.compound(), 0);
        _deposit(mallory, AMOUNT);
        assertEq(staked.compound(), 0);
        assertApproxEqAbs(_leaveNow(mallory), AMOUNT, 1);
        vm.warp(block.timestamp + 1 days);
        _mint(alice, AMOUNT);
        assertEq(staked.compound(), 0);
        vm.warp(block.timestamp + 1 days);
        _deposit(bob, AMOUNT);
        assertApproxEqAbs(staked.totalAssets(), 2 * AMOUNT + 10e18, 2);
        vm.warp(block.timestamp + STREAM);
        assertEq(staked.compound(), 60e18);
    }

    function _mint(
        address who,
        uint256 shares
    ) private {
        uint256 cost = staked.previewMint(shares);
        alt.mint(who, cost);
        vm.startPrank(who);
        alt.approve(address(staked), cost);
        staked.mint(shares, who);
        vm.stopPrank();
    }

    /// Where a share is worth more than what someone brings, nothing is taken for nothing.
    function test_depositBelowAShareIsRefused() public {
        _deposit(bob, 1);
        _harvest(1000e18);
        vm.warp(block.timestamp + STREAM);
        assertEq(staked.previewDeposit(1), 0);
        alt.mint(alice, 1);
        vm.startPrank(alice);
        alt.approve(address(staked), 1);
        vm.expectRevert(IStakedAlt.ZeroAmount.selector);
        staked.deposit(1, alice);
        vm.stopPrank();
    }

    // --- the vault's limits ---

    function test_maxDeposit_isTheVaults() public {
        assertEq(staked.maxDeposit(alice), type(uint256).max);
        assertEq(staked.maxMint(alice), type(uint256).max);
        _deposit(alice, AMOUNT);
        vm.startPrank(curator);
        IAccessControl roles = IAccessControl(address(vault));
        roles.grantRole(vault.IS_DEPOSIT_LIMIT_SET_ROLE(), curator);
        roles.grantRole(vault.DEPOSIT_LIMIT_SET_ROLE(), curator);
        roles.grantRole(vault.DEPOSIT_WHITELIST_SET_ROLE(), curator);
        roles.grantRole(vault.DEPOSITOR_WHITELIST_ROLE(), curator);
        vault.setDepositLimit(AMOUNT + 5e18);
        vault.setIsDepositLimit(true);
        assertEq(staked.maxDeposit(alice), 5e18);
        assertEq(staked.maxMint(alice), 5e18);
        vault.setDepositLimit(AMOUNT - 1);
        assertEq(staked.maxDeposit(alice), 0);
        vault.setIsDepositLimit(false);
        vault.setDepositWhitelist(true);
        assertEq(staked.maxDeposit(alice), 0);
        assertEq(staked.maxMint(alice), 0);
        vault.setDepositorWhitelistStatus(address(staked), true);
        vm.stopPrank();
        _deposit(alice, AMOUNT);
    }

    /// What streams in before a deposit takes its room first.
    function test_maxDeposit_leavesRoomForWhatStreamsIn() public {
        _deposit(alice, AMOUNT);
        _harvest(70e18);
        _limitDeposits(AMOUNT + 45e18);
        vm.warp(block.timestamp + 1 days);
        assertEq(staked.maxDeposit(bob), 35e18);
        _mint(bob, staked.maxMint(bob));
        assertLe(staked.maxMint(bob), 2);
        _limitDeposits(AMOUNT + 75e18);
        vm.warp(block.timestamp + 1 days);
        uint256 most = staked.maxDeposit(bob);
        assertApproxEqAbs(most, 20e18, 2);
        _deposit(bob, most);
        assertEq(staked.maxDeposit(bob), 0);
        // Full: what streams in waits outside.
        vm.warp(block.timestamp + 1 days);
        assertEq(staked.maxDeposit(bob), 0);
        assertEq(staked.compound(), 0);
    }

    function _limitDeposits(
        uint256 limit
    ) private {
        vm.startPrank(curator);
        IAccessControl roles = IAccessControl(address(vault));
        roles.grantRole(vault.IS_DEPOSIT_LIMIT_SET_ROLE(), curator);
        roles.grantRole(vault.DEPOSIT_LIMIT_SET_ROLE(), curator);
        vault.setDepositLimit(limit);
        if (!vault.isDepositLimit()) vault.setIsDepositLimit(true);
        vm.stopPrank();
    }

    function test_aVaultOfAnotherTokenIsRefused() public {
        TokenDouble other = new TokenDouble("OTHER");
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakedAlt.WrongCollateral.selector, address(vault), address(alt)
            )
        );
        new StakedAlt(other, vault, IOperatorRewards(address(rewardsDouble)), STREAM);
    }

    // --- hostile tokens ---

    function _stakedOf(
        address token
    ) private returns (StakedAlt) {
        IVault of_ = _createVault(token, burner, VAULT_EPOCH);
        return new StakedAlt(IERC20(token), of_, IOperatorRewards(address(rewardsDouble)), STREAM);
    }

    function test_tokenThatCallsBackChangesNothing() public {
        ReentrantToken token = new ReentrantToken();
        StakedAlt with = _stakedOf(address(token));
        token.mint(alice, AMOUNT);
        vm.startPrank(alice);
        token.approve(address(with), AMOUNT);
        token.arm(address(with), abi.encodeCall(with.compound, ()));
        with.deposit(AMOUNT, alice);
        vm.stopPrank();
        assertFalse(token.succeeded());
        assertEq(with.totalAssets(), AMOUNT);
    }

    function test_tokenThatRefusesKeepsNoOneFromAsking() public {
        RevertingToken token = new RevertingToken();
        StakedAlt with = _stakedOf(address(token));
        token.mint(alice, 2 * AMOUNT);
        vm.startPrank(alice);
        token.approve(address(with), 2 * AMOUNT);
        with.deposit(AMOUNT, alice);
        token.refuse(true);
        vm.expectRevert("refused");
        with.deposit(AMOUNT, alice);
        // The cooldown moves no token.
        with.requestRedeem(AMOUNT, alice, alice);
        vm.stopPrank();
    }

    /// A token with a fee cannot be bonded at all: the vault would get less than was announced.
    function test_tokenWithAFeeIsRefused() public {
        FeeToken token = new FeeToken();
        StakedAlt with = _stakedOf(address(token));
        token.mint(alice, AMOUNT);
        vm.startPrank(alice);
        token.approve(address(with), AMOUNT);
        vm.expectRevert();
        with.deposit(AMOUNT, alice);
        vm.stopPrank();
    }

    /// forge-config: default.isolate = true
    function test_gas_stakedAlt() public {
        _deposit(bob, AMOUNT);
        alt.mint(alice, AMOUNT);
        vm.startPrank(alice);
        alt.approve(address(staked), AMOUNT);
        staked.deposit(AMOUNT, alice);
        vm.snapshotGasLastCall("StakedAlt", "deposit");
        staked.requestRedeem(AMOUNT, alice, alice);
        vm.snapshotGasLastCall("StakedAlt", "requestRedeem");
        vm.stopPrank();
    }
}
