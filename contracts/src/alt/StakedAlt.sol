// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IOperatorRewards } from "./interfaces/IOperatorRewards.sol";
import { IStakedAlt } from "./interfaces/IStakedAlt.sol";
import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { ERC20Permit } from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import { ERC4626 } from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {
    ReentrancyGuardTransient
} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import { IVault } from "@symbioticfi/core/src/interfaces/vault/IVault.sol";

/// @title StakedAlt
/// @notice reALT. Without an owner.
///
/// A share is worth its part of `bondShares`, the vault's shares that deposits and harvests
/// brought: not of any balance, so that a donation, of ALT or of vault shares, changes nothing. The
/// vault's
/// shares in turn are worth their part of its active stake, which only a slash lowers. Rounding is
/// always in favour of who stays. The virtual shares keep the first depositor from owning rounding.
///
/// Shares carry no votes: they are not ALT, and their worth changes between a snapshot and a vote.
contract StakedAlt is IStakedAlt, ERC4626, ERC20Permit, ReentrancyGuardTransient {
    using Math for uint256;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev Rewards on their way in, linearly from `updated` to `end`.
    struct Stream {
        uint128 amount;
        uint48 updated;
        uint48 end;
    }

    uint256 private constant VIRTUAL_SHARES = 1e6;

    /// @inheritdoc IStakedAlt
    IVault public immutable vault;
    /// @notice Where rewards come from.
    IOperatorRewards public immutable rewards;
    /// @inheritdoc IStakedAlt
    uint48 public immutable STREAM_PERIOD;

    /// @inheritdoc IStakedAlt
    uint256 public bondShares;
    Stream public stream;

    /// @param vault_ A vault of ALT; it may have other depositors.
    constructor(
        IERC20 alt,
        IVault vault_,
        IOperatorRewards rewards_,
        uint48 streamPeriod
    ) ERC20("Restaked ALT", "reALT") ERC20Permit("Restaked ALT") ERC4626(alt) {
        if (vault_.collateral() != address(alt)) {
            revert WrongCollateral(address(vault_), vault_.collateral());
        }
        vault = vault_;
        rewards = rewards_;
        STREAM_PERIOD = streamPeriod;
    }

    // --- in ---

    /// @notice ERC-4626. Bonds `assets` and mints shares for them.
    function deposit(
        uint256 assets,
        address receiver
    ) public override nonReentrant returns (uint256 shares) {
        _enter();
        shares = super.deposit(assets, receiver);
        if (shares == 0) revert ZeroAmount();
    }

    /// @notice ERC-4626. Mints `shares` for what they cost.
    function mint(
        uint256 shares,
        address receiver
    ) public override nonReentrant returns (uint256 assets) {
        if (shares == 0) revert ZeroAmount();
        _enter();
        assets = super.mint(shares, receiver);
    }

    /// @dev Rewards that waited for a holder begin to stream in anew with the first: who comes
    /// first would else take them all.
    function _enter() private {
        if (totalSupply() > 0) {
            _compound();
        } else if (stream.amount > 0) {
            stream.updated = uint48(block.timestamp);
            stream.end = uint48(block.timestamp) + STREAM_PERIOD;
        }
    }

    function _deposit(
        address caller,
        address receiver,
        uint256 assets,
        uint256 shares
    ) internal override {
        IERC20(asset()).safeTransferFrom(caller, address(this), assets);
        _bond(assets);
        _mint(receiver, shares);
        emit Deposit(caller, receiver, assets, shares);
    }

    function _bond(
        uint256 amount
    ) private {
        IERC20(asset()).forceApprove(address(vault), amount);
        (, uint256 minted) = vault.deposit(address(this), amount);
        bondShares += minted;
    }

    // --- out ---

    /// @inheritdoc IStakedAlt
    function requestRedeem(
        uint256 shares,
        address receiver,
        address owner
    ) external nonReentrant returns (uint256 assets, uint256 epoch) {
        if (msg.sender != owner) _spendAllowance(owner, msg.sender, shares);
        _compound();
        uint256 bond = _bondOf(bondShares, shares, Math.Rounding.Floor);
        _burn(owner, shares);
        bondShares -= bond;
        epoch = vault.currentEpoch() + 1;
        // Redeeming nothing, of shares or of stake, is refused by the vault.
        (assets,) = vault.redeem(receiver, bond);
        emit RedeemRequested(owner, receiver, shares, assets, epoch);
    }

    /// @notice ERC-4626: nothing can be withdrawn without the cooldown.
    function withdraw(
        uint256,
        address,
        address
    ) public pure override returns (uint256) {
        revert CooldownRequired();
    }

    /// @notice ERC-4626: as `withdraw`.
    function redeem(
        uint256,
        address,
        address
    ) public pure override returns (uint256) {
        revert CooldownRequired();
    }

    // --- rewards ---

    /// @inheritdoc IStakedAlt
    function harvest(
        bytes32 service,
        address operator,
        uint48[] calldata epochs
    ) external nonReentrant returns (uint256 amount) {
        _compound();
        uint256 before = IERC20(asset()).balanceOf(address(this));
        rewards.claimDelegator(service, operator, epochs, address(this));
        amount = IERC20(asset()).balanceOf(address(this)) - before;
        Stream memory current = stream;
        // What was streaming keeps its pace: the end is the mean of the two, by amount. So harvests
        // of next to nothing cannot hold up what is on its way.
        uint256 left = current.end > block.timestamp ? uint256(current.end) - block.timestamp : 0;
        uint256 all = current.amount + amount;
        uint256 time = all == 0 ? 0 : (current.amount * left + amount * STREAM_PERIOD) / all;
        current.amount = all.toUint128();
        current.updated = uint48(block.timestamp);
        current.end = uint48(block.timestamp + time);
        stream = current;
        emit Harvested(amount, all, current.end);
    }

    /// @inheritdoc IStakedAlt
    function compound() external nonReentrant returns (uint256) {
        return _compound();
    }

    function _compound() private returns (uint256 amount) {
        amount = _compoundable();
        if (amount == 0) return 0;
        stream.amount -= uint128(amount);
        stream.updated = uint48(block.timestamp);
        _bond(amount);
        emit Compounded(amount);
    }

    /// @dev What has streamed in, as far as the vault takes it. Without holders it waits for some.
    function _compoundable() private view returns (uint256) {
        if (totalSupply() == 0) return 0;
        Stream memory current = stream;
        uint256 streamed = current.amount;
        if (streamed == 0) return 0;
        if (block.timestamp < current.end) {
            streamed =
                streamed.mulDiv(block.timestamp - current.updated, current.end - current.updated);
        }
        return streamed.min(_room());
    }

    // --- worth ---

    /// @notice ALT that is bonded for all holders, with what has streamed in.
    function totalAssets() public view override(ERC4626) returns (uint256) {
        (uint256 bond, uint256 stake, uint256 shares) = _afterCompounding();
        return bond.mulDiv(stake + 1, shares + 1);
    }

    /// @notice ERC-4626: what the vault still takes once it has what streamed in.
    function maxDeposit(
        address
    ) public view override returns (uint256) {
        uint256 room = _room();
        return room == type(uint256).max ? room : room - _compoundable();
    }

    /// @notice ERC-4626: what the vault still takes, in shares.
    function maxMint(
        address receiver
    ) public view override returns (uint256) {
        uint256 most = maxDeposit(receiver);
        return most == type(uint256).max ? most : _convertToShares(most, Math.Rounding.Floor);
    }

    /// @notice ERC-4626: 0, since withdrawing takes the cooldown.
    function maxWithdraw(
        address
    ) public pure override returns (uint256) {
        return 0;
    }

    /// @notice ERC-4626: 0, since redeeming takes the cooldown.
    function maxRedeem(
        address
    ) public pure override returns (uint256) {
        return 0;
    }

    function decimals() public pure override(ERC20, ERC4626) returns (uint8) {
        return 18;
    }

    function _convertToShares(
        uint256 assets,
        Math.Rounding rounding
    ) internal view override returns (uint256) {
        (uint256 bond, uint256 stake, uint256 shares) = _afterCompounding();
        uint256 part = assets.mulDiv(shares + 1, stake + 1, rounding);
        return part.mulDiv(totalSupply() + VIRTUAL_SHARES, bond + VIRTUAL_SHARES, rounding);
    }

    function _convertToAssets(
        uint256 shares_,
        Math.Rounding rounding
    ) internal view override returns (uint256) {
        (uint256 bond, uint256 stake, uint256 shares) = _afterCompounding();
        return _bondOf(bond, shares_, rounding).mulDiv(stake + 1, shares + 1, rounding);
    }

    /// @dev The part of `bond` that `shares` of this token stand for.
    function _bondOf(
        uint256 bond,
        uint256 shares,
        Math.Rounding rounding
    ) private view returns (uint256) {
        return shares.mulDiv(bond + VIRTUAL_SHARES, totalSupply() + VIRTUAL_SHARES, rounding);
    }

    /// @dev What the vault takes now; the largest number where it has no limit.
    function _room() private view returns (uint256) {
        if (vault.depositWhitelist() && !vault.isDepositorWhitelisted(address(this))) return 0;
        if (!vault.isDepositLimit()) return type(uint256).max;
        return vault.depositLimit().saturatingSub(vault.activeStake());
    }

    /// @dev `bondShares`, the vault's active stake and its active shares as the next call that
    /// changes them will find them: so a preview is what a call does.
    function _afterCompounding()
        private
        view
        returns (uint256 bond, uint256 stake, uint256 shares)
    {
        (bond, stake, shares) = (bondShares, vault.activeStake(), vault.activeShares());
        uint256 amount = _compoundable();
        if (amount == 0) return (bond, stake, shares);
        uint256 minted = amount.mulDiv(shares + 1, stake + 1);
        return (bond + minted, stake + amount, shares + minted);
    }
}
