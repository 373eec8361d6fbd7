// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IEvidenceModule } from "./interfaces/IEvidenceModule.sol";
import { IRollupRegistry } from "./interfaces/IRollupRegistry.sol";
import { ISlasher } from "./interfaces/ISlasher.sol";
import { IStakeSource } from "./interfaces/IStakeSource.sol";
import { Ownable, Ownable2Step } from "@openzeppelin/contracts/access/Ownable2Step.sol";
import { TimelockController } from "@openzeppelin/contracts/governance/TimelockController.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {
    ReentrancyGuardTransient
} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import { Checkpoints } from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @title Slasher
/// @notice Punishes proven offences and shares out what they cost. Its owner, the governance
/// timelock, sets the rules for offences to come; it cannot slash, undo a slash, or take what was
/// removed.
contract Slasher is ISlasher, Ownable2Step, ReentrancyGuardTransient {
    using Checkpoints for Checkpoints.Trace208;
    using SafeERC20 for IERC20;

    uint256 private constant WAD = 1e18;

    /// @notice Where the burned share goes: no contract asks more of a token than a transfer.
    address public constant BURN_ADDRESS = 0x000000000000000000000000000000000000dEaD;

    /// @inheritdoc ISlasher
    uint64 public constant MAX_REWARD_SHARE = 0.5e18;

    /// @inheritdoc ISlasher
    uint256 public constant MIN_TIMELOCK_DELAY = 2 days;

    /// @inheritdoc ISlasher
    IStakeSource public immutable source;

    /// @inheritdoc ISlasher
    IRollupRegistry public immutable rollups;

    mapping(bytes32 kind => Rule[]) private _rules;
    /// @dev Value: how many rules there were, so that the last of them is in force.
    mapping(bytes32 kind => Checkpoints.Trace208) private _versions;
    mapping(bytes32 commitment => uint256 blockNumber) private _commitments;
    mapping(bytes32 offence => Slash) private _slashes;

    /// @inheritdoc ISlasher
    mapping(bytes32 service => mapping(address operator => uint48)) public slashedAt;

    /// @inheritdoc ISlasher
    mapping(address account => mapping(address asset => uint256)) public claimable;

    constructor(
        TimelockController governance,
        IStakeSource source_,
        IRollupRegistry rollups_
    ) Ownable(address(governance)) {
        source = source_;
        rollups = rollups_;
        _checkDelay();
    }

    // --- rules ---

    /// @inheritdoc ISlasher
    function setRule(
        bytes32 kind,
        Rule calldata rule
    ) external onlyOwner {
        _checkDelay();
        if (
            address(rule.module).code.length == 0 || rule.fraction > WAD
                || rule.rewardShare > MAX_REWARD_SHARE
                || uint256(rule.rewardShare) + rule.restitutionShare > WAD
        ) revert InvalidRule(kind);
        _rules[kind].push(rule);
        uint256 version = _rules[kind].length;
        _versions[kind].push(uint48(block.timestamp), uint208(version));
        emit RuleSet(kind, version, rule);
    }

    /// @inheritdoc ISlasher
    function retireRule(
        bytes32 kind,
        uint256 version
    ) external onlyOwner {
        if (version == 0 || version > _rules[kind].length) revert UnknownRule(kind, version);
        _rules[kind][version - 1].fraction = 0;
        emit RuleRetired(kind, version);
    }

    // --- offences ---

    /// @inheritdoc ISlasher
    function commit(
        bytes32 commitment
    ) external {
        if (_commitments[commitment] != 0) revert AlreadyCommitted(commitment);
        _commitments[commitment] = block.number;
        emit Committed(commitment);
    }

    /// @inheritdoc ISlasher
    function slash(
        bytes32 kind,
        address operator,
        uint48 timestamp,
        bytes calldata evidence,
        bytes32 salt
    ) external nonReentrant returns (bytes32 offence) {
        Rule memory rule = ruleAt(kind, timestamp);
        if (rule.fraction == 0) revert NotPunishable(kind, timestamp);
        if (timestamp > block.timestamp) revert OffenceInFuture(timestamp);
        IEvidenceModule.Offence memory proven = rule.module.verify(operator, timestamp, evidence);
        offence = keccak256(abi.encode(kind, proven.service, operator, proven.key));
        if (_slashes[offence].reporter != address(0)) revert AlreadyPunished(offence);
        if (proven.reporter == address(0)) {
            _checkCommitted(commitmentOf(msg.sender, kind, operator, evidence, salt));
            proven.reporter = msg.sender;
        }
        _slashes[offence] = Slash({
            reporter: proven.reporter,
            rewardShare: rule.rewardShare,
            restitutionFund: rollups.rollupOf(rollups.chainIdOf(proven.service)).restitutionFund,
            restitutionShare: rule.restitutionShare
        });
        slashedAt[proven.service][operator] = uint48(block.timestamp);
        uint256[2] memory removed =
            source.slash(proven.service, operator, rule.fraction, timestamp, offence);
        emit Slashed(offence, proven.service, operator, kind, timestamp, rule.fraction, removed);
    }

    /// @inheritdoc ISlasher
    function distribute(
        bytes32 offence,
        address asset
    ) external nonReentrant returns (uint256 amount) {
        Slash memory punished = _slashes[offence];
        if (punished.reporter == address(0)) revert NotPunished(offence);
        // What arrived is what counts, whatever the token or the source says it sent.
        uint256 before = IERC20(asset).balanceOf(address(this));
        source.collect(offence, asset);
        amount = IERC20(asset).balanceOf(address(this)) - before;
        if (amount == 0) revert NothingReceived(offence, asset);
        uint256 reward = amount * punished.rewardShare / WAD;
        uint256 restitution = amount * punished.restitutionShare / WAD;
        // Burning takes what rounding leaves, so that the three make up the whole.
        uint256 burned = amount - reward - restitution;
        claimable[punished.reporter][asset] += reward;
        claimable[punished.restitutionFund][asset] += restitution;
        claimable[BURN_ADDRESS][asset] += burned;
        emit Distributed(offence, asset, amount, burned, reward, restitution);
    }

    /// @inheritdoc ISlasher
    function claim(
        address account,
        address asset
    ) external nonReentrant returns (uint256 amount) {
        amount = claimable[account][asset];
        if (amount == 0) revert NothingToClaim(account, asset);
        delete claimable[account][asset];
        IERC20(asset).safeTransfer(account, amount);
        emit Claimed(account, asset, amount);
    }

    // --- views ---

    /// @inheritdoc ISlasher
    function commitmentOf(
        address reporter,
        bytes32 kind,
        address operator,
        bytes calldata evidence,
        bytes32 salt
    ) public pure returns (bytes32) {
        return keccak256(abi.encode(reporter, kind, operator, keccak256(evidence), salt));
    }

    /// @inheritdoc ISlasher
    function ruleAt(
        bytes32 kind,
        uint48 timestamp
    ) public view returns (Rule memory rule) {
        uint256 version = _versions[kind].upperLookupRecent(timestamp);
        if (version != 0) rule = _rules[kind][version - 1];
    }

    /// @inheritdoc ISlasher
    function slashOf(
        bytes32 offence
    ) external view returns (Slash memory) {
        return _slashes[offence];
    }

    /// @dev Checked at every change, since a timelock can shorten its own delay, and ownership can
    /// move to another.
    function _checkDelay() private view {
        uint256 delay = TimelockController(payable(owner())).getMinDelay();
        if (delay < MIN_TIMELOCK_DELAY) revert TimelockTooShort(delay, MIN_TIMELOCK_DELAY);
    }

    function _checkCommitted(
        bytes32 commitment
    ) private view {
        uint256 blockNumber = _commitments[commitment];
        if (blockNumber == 0 || blockNumber >= block.number) revert NotCommitted(commitment);
    }
}
