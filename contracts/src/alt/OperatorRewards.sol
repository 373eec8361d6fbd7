// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IRollupRegistry } from "../restaking/interfaces/IRollupRegistry.sol";
import { IStakeSource } from "../restaking/interfaces/IStakeSource.sol";
import { IStakeTable } from "../restaking/interfaces/IStakeTable.sol";
import { IOperatorRewards } from "./interfaces/IOperatorRewards.sol";
import { IParticipation } from "./interfaces/IParticipation.sol";
import { Ownable, Ownable2Step } from "@openzeppelin/contracts/access/Ownable2Step.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {
    ReentrancyGuardTransient
} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import { Checkpoints } from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @title OperatorRewards
/// @notice Pays operators and delegators from pots that fees and others fill. Its owner, the
/// governance timelock, says who reports participation in epochs to come; it cannot touch a pot.
contract OperatorRewards is IOperatorRewards, Ownable2Step, ReentrancyGuardTransient {
    using Checkpoints for Checkpoints.Trace208;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @param paid At most `funded`.
    struct Pot {
        uint128 funded;
        uint128 paid;
    }

    uint256 private constant WAD = 1e18;

    /// @notice Commission of an operator that never set one.
    uint256 public constant DEFAULT_COMMISSION = 0.1e18;

    IERC20 public immutable alt;
    IStakeTable public immutable stakeTable;
    IRollupRegistry private immutable ROLLUPS;
    IStakeSource private immutable SOURCE;
    address public immutable treasury;
    /// @notice Epochs that a change of commission or participation waits, besides the current one.
    uint48 public immutable PARAMETER_DELAY;
    /// @notice Seconds from an epoch's end until its pot is shared: participation is final.
    uint256 public immutable SETTLE_DELAY;
    /// @notice Seconds from then until what is left of the pot is the treasury's.
    uint256 public immutable CLAIM_PERIOD;

    mapping(bytes32 service => mapping(uint48 epoch => Pot)) private _pots;
    mapping(bytes32 service => mapping(uint48 => mapping(address operator => uint256))) private
        _paidToOperator;
    mapping(bytes32 service => mapping(uint48 => mapping(bytes32 delegation => uint256))) private
        _paidToDelegator;
    /// @dev Keys are epochs. Value: commission plus one.
    mapping(address operator => Checkpoints.Trace208) private _commissions;
    mapping(bytes32 kind => Checkpoints.Trace208) private _participations;

    /// @param evidenceOfWork Seconds after an epoch's grace period in which participation can still
    /// be reported.
    constructor(
        IERC20 alt_,
        IStakeTable stakeTable_,
        address treasury_,
        address governance,
        uint48 parameterDelay,
        uint256 evidenceOfWork,
        uint256 claimPeriod
    ) Ownable(governance) {
        alt = alt_;
        stakeTable = stakeTable_;
        ROLLUPS = stakeTable_.rollups();
        SOURCE = stakeTable_.source();
        treasury = treasury_;
        PARAMETER_DELAY = parameterDelay;
        SETTLE_DELAY = stakeTable_.GRACE_PERIOD() + evidenceOfWork;
        CLAIM_PERIOD = claimPeriod;
    }

    // --- parameters ---

    /// @inheritdoc IOperatorRewards
    function setCommission(
        uint64 commission
    ) external {
        if (commission > WAD) revert CommissionTooHigh(commission);
        uint48 from = _fromEpoch();
        _commissions[msg.sender].push(from, uint208(commission) + 1);
        emit CommissionSet(msg.sender, commission, from);
    }

    /// @inheritdoc IOperatorRewards
    function setParticipation(
        bytes32 kind,
        IParticipation source
    ) external onlyOwner {
        uint48 from = _fromEpoch();
        _participations[kind].push(from, uint160(address(source)));
        emit ParticipationSet(kind, source, from);
    }

    /// @inheritdoc IOperatorRewards
    function commissionAt(
        address operator,
        uint48 epoch
    ) public view returns (uint256) {
        uint256 value = _commissions[operator].upperLookupRecent(epoch);
        return value == 0 ? DEFAULT_COMMISSION : value - 1;
    }

    /// @inheritdoc IOperatorRewards
    function participationAt(
        bytes32 kind,
        uint48 epoch
    ) public view returns (IParticipation) {
        return IParticipation(address(uint160(_participations[kind].upperLookupRecent(epoch))));
    }

    function _fromEpoch() private view returns (uint48) {
        return stakeTable.currentEpoch() + 1 + PARAMETER_DELAY;
    }

    // --- pots ---

    /// @inheritdoc IOperatorRewards
    function fund(
        bytes32 service,
        uint48 epoch,
        uint256 amount
    ) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        if (_isExpired(epoch)) {
            alt.safeTransferFrom(msg.sender, treasury, amount);
            emit Reclaimed(service, epoch, amount);
            return;
        }
        // What arrives counts, whatever the token does on the way.
        uint256 before = alt.balanceOf(address(this));
        alt.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = alt.balanceOf(address(this)) - before;
        _pots[service][epoch].funded += received.toUint128();
        emit Funded(service, epoch, received);
    }

    /// @inheritdoc IOperatorRewards
    function reclaim(
        bytes32 service,
        uint48 epoch
    ) external nonReentrant returns (uint256 amount) {
        if (!_isExpired(epoch)) revert NotExpired(service, epoch);
        Pot storage pot = _pots[service][epoch];
        amount = pot.funded - pot.paid;
        if (amount == 0) revert NothingToClaim(treasury);
        pot.paid = pot.funded;
        alt.safeTransfer(treasury, amount);
        emit Reclaimed(service, epoch, amount);
    }

    /// @inheritdoc IOperatorRewards
    function potOf(
        bytes32 service,
        uint48 epoch
    ) external view returns (uint256 funded, uint256 paid) {
        Pot memory pot = _pots[service][epoch];
        return (pot.funded, pot.paid);
    }

    /// @dev Unix time from which the epoch's pot is shared.
    function _settlesAt(
        uint48 epoch
    ) private view returns (uint256) {
        return uint256(stakeTable.epochStart(epoch)) + stakeTable.EPOCH_LENGTH() + SETTLE_DELAY;
    }

    function _isExpired(
        uint48 epoch
    ) private view returns (bool) {
        return block.timestamp > _settlesAt(epoch) + CLAIM_PERIOD;
    }

    // --- claims ---

    /// @inheritdoc IOperatorRewards
    function claimOperator(
        bytes32 service,
        uint48[] calldata epochs,
        address to
    ) external nonReentrant returns (uint256 amount) {
        for (uint256 i = 0; i < epochs.length; i++) {
            uint48 epoch = epochs[i];
            _checkOpen(service, epoch);
            uint256 part = operatorClaimable(service, epoch, msg.sender);
            if (part == 0) continue;
            _paidToOperator[service][epoch][msg.sender] += part;
            _take(service, epoch, part);
            amount += part;
            emit OperatorPaid(service, epoch, msg.sender, part);
        }
        _pay(to, amount);
    }

    /// @inheritdoc IOperatorRewards
    function claimDelegator(
        bytes32 service,
        address operator,
        uint48[] calldata epochs,
        address to
    ) external nonReentrant returns (uint256 amount) {
        for (uint256 i = 0; i < epochs.length; i++) {
            uint48 epoch = epochs[i];
            _checkOpen(service, epoch);
            uint256 part = delegatorClaimable(service, epoch, operator, msg.sender);
            if (part == 0) continue;
            _paidToDelegator[service][epoch][_delegation(operator, msg.sender)] += part;
            _take(service, epoch, part);
            amount += part;
            emit DelegatorPaid(service, epoch, operator, msg.sender, part);
        }
        _pay(to, amount);
    }

    /// @inheritdoc IOperatorRewards
    function operatorClaimable(
        bytes32 service,
        uint48 epoch,
        address operator
    ) public view returns (uint256) {
        uint256[2] memory earned = _earned(service, epoch, operator);
        uint256 commission = commissionAt(operator, epoch);
        uint256 whole =
            Math.mulDiv(earned[0], commission, WAD) + Math.mulDiv(earned[1], commission, WAD);
        return Math.saturatingSub(whole, _paidToOperator[service][epoch][operator]);
    }

    /// @inheritdoc IOperatorRewards
    function delegatorClaimable(
        bytes32 service,
        uint48 epoch,
        address operator,
        address delegator
    ) public view returns (uint256) {
        uint256[2] memory earned = _earned(service, epoch, operator);
        uint256 commission = commissionAt(operator, epoch);
        uint48 start = stakeTable.epochStart(epoch);
        uint256 sum;
        for (uint8 quorum = 0; quorum < 2; quorum++) {
            uint256 rest =
                earned[quorum] - Math.mulDiv(earned[quorum], commission, WAD, Math.Rounding.Ceil);
            if (rest == 0) continue;
            (uint256 part, uint256 whole) =
                SOURCE.delegationAt(service, operator, quorum, delegator, start);
            if (whole != 0) sum += Math.mulDiv(rest, part, whole);
        }
        bytes32 delegation = _delegation(operator, delegator);
        return Math.saturatingSub(sum, _paidToDelegator[service][epoch][delegation]);
    }

    /// @dev What the stake behind `operator` earned in each quorum, commission included.
    function _earned(
        bytes32 service,
        uint48 epoch,
        address operator
    ) private view returns (uint256[2] memory earned) {
        uint256 funded = _pots[service][epoch].funded;
        if (funded == 0) return earned;
        IParticipation participation = participationAt(ROLLUPS.kindOf(service), epoch);
        if (address(participation) == address(0)) return earned;
        uint128[2] memory totals;
        // Without a table no one had weight.
        try stakeTable.stakeTableOf(service, epoch) returns (IStakeTable.Table memory rolled) {
            totals = rolled.totals;
        } catch {
            return earned;
        }
        (bool found, uint256 index) = stakeTable.indexOf(service, epoch, operator);
        if (!found) return earned;
        (uint256 done, uint256 possible) = participation.participationOf(service, epoch, operator);
        if (possible == 0) return earned;
        if (done > possible) done = possible;
        uint96[2] memory weights = stakeTable.entryAt(service, epoch, index).weights;
        uint256[2] memory halves = [funded / 2, funded - funded / 2];
        for (uint256 quorum = 0; quorum < 2; quorum++) {
            if (totals[quorum] == 0) continue;
            uint256 share = Math.mulDiv(halves[quorum], weights[quorum], totals[quorum]);
            earned[quorum] = Math.mulDiv(share, done, possible);
        }
    }

    function _checkOpen(
        bytes32 service,
        uint48 epoch
    ) private view {
        uint256 settlesAt = _settlesAt(epoch);
        if (block.timestamp <= settlesAt) revert NotSettled(epoch, settlesAt);
        if (_isExpired(epoch)) revert Expired(service, epoch);
    }

    /// @dev A pot pays no more than it has, whatever sources say.
    function _take(
        bytes32 service,
        uint48 epoch,
        uint256 amount
    ) private {
        Pot storage pot = _pots[service][epoch];
        uint256 left = pot.funded - pot.paid;
        if (amount > left) revert PotExceeded(service, epoch, amount, left);
        pot.paid += uint128(amount);
    }

    function _pay(
        address to,
        uint256 amount
    ) private {
        if (amount == 0) revert NothingToClaim(msg.sender);
        alt.safeTransfer(to, amount);
    }

    function _delegation(
        address operator,
        address delegator
    ) private pure returns (bytes32) {
        return keccak256(abi.encode(operator, delegator));
    }
}
