// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IRollupRegistry } from "../restaking/interfaces/IRollupRegistry.sol";
import { IStakeTable } from "../restaking/interfaces/IStakeTable.sol";
import { IOperatorRewards } from "./interfaces/IOperatorRewards.sol";
import { IServiceFees } from "./interfaces/IServiceFees.sol";
import { Ownable, Ownable2Step } from "@openzeppelin/contracts/access/Ownable2Step.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {
    ReentrancyGuardTransient
} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import { Checkpoints } from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @title ServiceFees
/// @notice Holds what rollups prepay. Its owner, the governance timelock, sets rates for epochs to
/// come; it cannot touch what is prepaid.
contract ServiceFees is IServiceFees, Ownable2Step, ReentrancyGuardTransient {
    using Checkpoints for Checkpoints.Trace208;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev More than the supply of ALT: no sum of epochs' costs overflows.
    uint256 private constant MAX_RATE = type(uint128).max;

    IERC20 public immutable alt;
    IStakeTable public immutable stakeTable;
    IOperatorRewards public immutable rewards;
    IRollupRegistry private immutable ROLLUPS;
    /// @notice Epochs of notice, besides the one in which it is given.
    uint48 public immutable NOTICE_EPOCHS;

    mapping(bytes32 service => Account) private _accounts;
    /// @dev Keys are epochs.
    mapping(bytes32 kind => Checkpoints.Trace208) private _rates;

    /// @param rates From the first epoch on, until governance sets others.
    constructor(
        IERC20 alt_,
        IStakeTable stakeTable_,
        IOperatorRewards rewards_,
        address governance,
        uint48 noticeEpochs,
        Rate[] memory rates
    ) Ownable(governance) {
        alt = alt_;
        stakeTable = stakeTable_;
        rewards = rewards_;
        ROLLUPS = stakeTable_.rollups();
        NOTICE_EPOCHS = noticeEpochs;
        for (uint256 i = 0; i < rates.length; i++) {
            _setRate(rates[i].kind, rates[i].rate, 0);
        }
    }

    // --- rates ---

    /// @inheritdoc IServiceFees
    function setRate(
        bytes32 kind,
        uint256 rate
    ) external onlyOwner {
        _setRate(kind, rate, stakeTable.currentEpoch() + NOTICE_EPOCHS + 1);
    }

    function _setRate(
        bytes32 kind,
        uint256 rate,
        uint48 fromEpoch
    ) private {
        if (rate > MAX_RATE) revert RateTooHigh(rate);
        _rates[kind].push(fromEpoch, uint208(rate));
        emit RateSet(kind, rate, fromEpoch);
    }

    /// @inheritdoc IServiceFees
    function rateAt(
        bytes32 kind,
        uint48 epoch
    ) public view returns (uint256) {
        return _rates[kind].upperLookupRecent(epoch);
    }

    /// @inheritdoc IServiceFees
    function costOf(
        bytes32 service,
        uint48 from,
        uint48 to
    ) public view returns (uint256 cost) {
        bytes32 kind = ROLLUPS.kindOf(service);
        for (uint48 epoch = from; epoch <= to; epoch++) {
            cost += rateAt(kind, epoch);
        }
    }

    // --- payments ---

    /// @inheritdoc IServiceFees
    function prepay(
        bytes32 service,
        uint256 amount
    ) external nonReentrant {
        Account memory account = _accounts[service];
        uint48 current = stakeTable.currentEpoch();
        uint256 before = alt.balanceOf(address(this));
        alt.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = alt.balanceOf(address(this)) - before;
        account.balance += received.toUint128();
        emit Prepaid(service, msg.sender, received);

        if (account.nextEpoch == 0 || _isOver(account, current)) {
            // What is owed for the time before is not mixed with the time to come.
            if (account.nextEpoch != 0 && account.nextEpoch <= account.endEpoch) {
                revert NotConsumed(service, account.nextEpoch);
            }
            // What the owner left behind is its own until it takes it.
            if (account.byOwner && !_isRollupOwner(service)) {
                revert NotRollupOwner(service, msg.sender);
            }
            uint48 first = current + 1;
            uint256 needed = costOf(service, first, first + NOTICE_EPOCHS);
            if (account.balance < needed) revert PrepaymentTooSmall(account.balance, needed);
            (account.nextEpoch, account.endEpoch, account.byOwner) = (first, 0, false);
            emit ServiceStarted(service, first);
        } else if (
            account.endEpoch != 0 && (!account.byOwner || _isRollupOwner(service))
                && account.balance >= _costOfStaying(service, account, current)
        ) {
            (account.endEpoch, account.byOwner) = (0, false);
            emit NoticeWithdrawn(service);
        }
        _accounts[service] = account;
    }

    /// @inheritdoc IServiceFees
    function consume(
        bytes32 service,
        uint256 limit
    ) external nonReentrant returns (uint256 consumed) {
        Account memory account = _accounts[service];
        if (account.nextEpoch == 0) revert NotStarted(service);
        uint48 current = stakeTable.currentEpoch();
        bytes32 kind = ROLLUPS.kindOf(service);
        while (consumed < limit && _hasPassed(account, current)) {
            uint48 epoch = account.nextEpoch++;
            uint256 rate = rateAt(kind, epoch);
            uint256 amount = rate < account.balance ? rate : account.balance;
            account.balance -= uint128(amount);
            consumed++;
            emit EpochConsumed(service, epoch, amount);
            if (amount < rate) {
                emit Underpaid(service, epoch, rate, amount);
                if (account.endEpoch == 0) _setEnd(service, account, current);
            }
            if (account.nextEpoch > account.endEpoch && account.endEpoch != 0) {
                emit ServiceEnded(service, account.endEpoch);
            }
            _accounts[service] = account;
            if (amount > 0) {
                alt.forceApprove(address(rewards), amount);
                rewards.fund(service, epoch, amount);
            }
        }
        if (consumed == 0) revert NothingToConsume(service);
    }

    /// @inheritdoc IServiceFees
    function giveNotice(
        bytes32 service
    ) external nonReentrant {
        Account memory account = _accounts[service];
        uint48 current = stakeTable.currentEpoch();
        if (account.nextEpoch == 0) revert NotStarted(service);
        bool byOwner = _isRollupOwner(service);
        if (account.endEpoch != 0) {
            if (!byOwner || account.byOwner) revert NoticeAlreadyGiven(service, account.endEpoch);
            emit NoticeGiven(service, account.endEpoch);
        } else {
            if (!byOwner) _checkUncovered(service, account, current);
            _setEnd(service, account, current);
        }
        account.byOwner = byOwner;
        _accounts[service] = account;
    }

    /// @inheritdoc IServiceFees
    function refund(
        bytes32 service,
        address to
    ) external nonReentrant returns (uint256 amount) {
        if (!_isRollupOwner(service)) revert NotRollupOwner(service, msg.sender);
        Account storage account = _accounts[service];
        if (account.endEpoch == 0 || account.nextEpoch <= account.endEpoch) {
            revert NotEnded(service);
        }
        amount = account.balance;
        if (amount == 0) revert NothingToRefund(service);
        account.balance = 0;
        alt.safeTransfer(to, amount);
        emit Refunded(service, to, amount);
    }

    // --- views ---

    /// @inheritdoc IServiceFees
    function isServed(
        bytes32 service
    ) external view returns (bool) {
        Account memory account = _accounts[service];
        uint48 current = stakeTable.currentEpoch();
        return account.nextEpoch != 0 && account.nextEpoch <= current && !_isOver(account, current);
    }

    /// @inheritdoc IServiceFees
    function accountOf(
        bytes32 service
    ) external view returns (Account memory) {
        return _accounts[service];
    }

    function _setEnd(
        bytes32 service,
        Account memory account,
        uint48 current
    ) private {
        account.endEpoch = current + NOTICE_EPOCHS;
        emit NoticeGiven(service, account.endEpoch);
    }

    /// @dev Too little is left for the current epoch and the notice period.
    function _checkUncovered(
        bytes32 service,
        Account memory account,
        uint48 current
    ) private view {
        if (account.nextEpoch < current) revert NotConsumed(service, account.nextEpoch);
        uint256 needed = costOf(service, current, current + NOTICE_EPOCHS);
        if (account.balance >= needed) revert Covered(service, account.balance, needed);
    }

    /// @dev What is not consumed yet, the current epoch and the notice period. An epoch that ends
    /// just before a payment must not make it come too late.
    function _costOfStaying(
        bytes32 service,
        Account memory account,
        uint48 current
    ) private view returns (uint256) {
        uint48 from = account.nextEpoch < current ? account.nextEpoch : current;
        return costOf(service, from, current + NOTICE_EPOCHS);
    }

    /// @dev The next epoch to consume has passed and was served.
    function _hasPassed(
        Account memory account,
        uint48 current
    ) private pure returns (bool) {
        return account.nextEpoch < current
            && (account.endEpoch == 0 || account.nextEpoch <= account.endEpoch);
    }

    function _isOver(
        Account memory account,
        uint48 current
    ) private pure returns (bool) {
        return account.endEpoch != 0 && account.endEpoch < current;
    }

    function _isRollupOwner(
        bytes32 service
    ) private view returns (bool) {
        return msg.sender == ROLLUPS.rollupOf(ROLLUPS.chainIdOf(service)).owner;
    }
}
