// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IEvidenceModule } from "./IEvidenceModule.sol";
import { IRollupRegistry } from "./IRollupRegistry.sol";
import { IStakeSource } from "./IStakeSource.sol";

/// @title ISlasher
/// @notice The only way to slash: evidence, checked by the module that governance had registered
/// when the offence happened, at anyone's call.
///
/// A slash has three steps. Who has evidence commits to it (`commit`), so that no one who sees it
/// in flight can take its reward; a block later it is submitted (`slash`) and the stake is removed;
/// what was removed arrives when the stake source releases it and is credited in three shares
/// (`distribute`), for each to be paid out by anyone's call (`claim`).
interface ISlasher {
    /// @param module Checks the evidence.
    /// @param fraction Share of the operator's stake that one offence costs; 1e18 is all of it; 0
    /// leaves offences unpunished.
    /// @param rewardShare Share of what is removed for the reporter; at most `MAX_REWARD_SHARE`.
    /// @param restitutionShare Share for the harmed rollup's fund; what is left over is burned.
    struct Rule {
        IEvidenceModule module;
        uint64 fraction;
        uint64 rewardShare;
        uint64 restitutionShare;
    }

    /// @notice A punished offence: who gets which share of what was removed.
    struct Slash {
        address reporter;
        uint64 rewardShare;
        address restitutionFund;
        uint64 restitutionShare;
    }

    /// @notice Offences of `kind` that happen from now on are judged by `rule`.
    /// @param version Counts the rules of the kind, from 1.
    event RuleSet(bytes32 indexed kind, uint256 version, Rule rule);
    /// @notice The rule punishes nothing any more.
    event RuleRetired(bytes32 indexed kind, uint256 version);
    event Committed(bytes32 indexed commitment);
    /// @param removed Wei removed, by quorum.
    event Slashed(
        bytes32 indexed offence,
        bytes32 indexed service,
        address indexed operator,
        bytes32 kind,
        uint48 timestamp,
        uint256 fraction,
        uint256[2] removed
    );
    /// @notice `amount` of `asset` removed for `offence` was received and credited.
    event Distributed(
        bytes32 indexed offence,
        address indexed asset,
        uint256 amount,
        uint256 burned,
        uint256 reward,
        uint256 restitution
    );
    event Claimed(address indexed account, address indexed asset, uint256 amount);

    /// @notice The owner is a timelock with a shorter delay than rules must wait.
    error TimelockTooShort(uint256 delay, uint256 minimum);
    /// @notice Shares above what is allowed: fraction above 1e18, reward above its maximum, or
    /// reward and restitution together above 1e18.
    error InvalidRule(bytes32 kind);
    error UnknownRule(bytes32 kind, uint256 version);
    /// @notice No rule was in force when the offence happened.
    error NotPunishable(bytes32 kind, uint48 timestamp);
    /// @notice The offence is still to happen.
    error OffenceInFuture(uint48 timestamp);
    error AlreadyPunished(bytes32 offence);
    error AlreadyCommitted(bytes32 commitment);
    /// @notice The caller did not commit to this evidence in an earlier block.
    error NotCommitted(bytes32 commitment);
    error NotPunished(bytes32 offence);
    /// @notice The source has released nothing of the asset since the last time.
    error NothingReceived(bytes32 offence, address asset);
    error NothingToClaim(address account, address asset);

    /// @notice Largest share of a slash that a reporter gets: who reports an offence of its own
    /// loses at least the rest, less what goes to a fund of its own.
    function MAX_REWARD_SHARE() external view returns (uint64);

    /// @notice Least delay of the owner, a TimelockController, in seconds.
    function MIN_TIMELOCK_DELAY() external view returns (uint256);

    function source() external view returns (IStakeSource);
    function rollups() external view returns (IRollupRegistry);

    /// @notice Sets the rule for offences of `kind` from now on. Owner (the governance timelock)
    /// only. Offences before now keep the rule of their time: who withdraws while the timelock
    /// waits is out of the new rule's reach.
    function setRule(
        bytes32 kind,
        Rule calldata rule
    ) external;

    /// @notice Stops a rule whose module proved wrong. Owner only. What it slashed stays slashed.
    function retireRule(
        bytes32 kind,
        uint256 version
    ) external;

    /// @notice Announces evidence without showing it.
    /// @param commitment `commitmentOf(caller, kind, operator, evidence, salt)`.
    function commit(
        bytes32 commitment
    ) external;

    /// @notice Punishes the offence that `evidence` proves of `operator`. The caller committed to
    /// it in an earlier block, or the evidence itself names who is rewarded.
    /// @param timestamp Unix time at which rule and stake count; the module checks it.
    /// @return offence Names the offence: keccak256(abi.encode(kind, service, operator, key)).
    function slash(
        bytes32 kind,
        address operator,
        uint48 timestamp,
        bytes calldata evidence,
        bytes32 salt
    ) external returns (bytes32 offence);

    /// @notice Credits what the source released of `asset` for `offence`. Anyone.
    function distribute(
        bytes32 offence,
        address asset
    ) external returns (uint256 amount);

    /// @notice Pays `account` what it was credited of `asset`. Anyone.
    function claim(
        address account,
        address asset
    ) external returns (uint256 amount);

    /// @notice keccak256(abi.encode(reporter, kind, operator, keccak256(evidence), salt)).
    function commitmentOf(
        address reporter,
        bytes32 kind,
        address operator,
        bytes calldata evidence,
        bytes32 salt
    ) external pure returns (bytes32);

    /// @notice The rule for offences of `kind` at `timestamp`; all zero if there was none.
    function ruleAt(
        bytes32 kind,
        uint48 timestamp
    ) external view returns (Rule memory);

    function slashOf(
        bytes32 offence
    ) external view returns (Slash memory);

    /// @notice Unix time of the latest slash of `operator` in `service`; 0 if none.
    function slashedAt(
        bytes32 service,
        address operator
    ) external view returns (uint48);

    /// @notice What `account` can be paid of `asset`.
    function claimable(
        address account,
        address asset
    ) external view returns (uint256);
}
