// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IRollupRegistry, ISystemConfigAddresses } from "./interfaces/IRollupRegistry.sol";
import { Ownable, Ownable2Step } from "@openzeppelin/contracts/access/Ownable2Step.sol";
import { Checkpoints } from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @title RollupRegistry
/// @notice Rollups and their services. The owner, the governance timelock, admits rollups and can
/// do nothing to them afterwards.
contract RollupRegistry is IRollupRegistry, Ownable2Step {
    using Checkpoints for Checkpoints.Trace208;

    /// @inheritdoc IRollupRegistry
    uint48 public immutable SETTINGS_DELAY;

    mapping(uint256 chainId => Rollup) private _rollups;
    mapping(uint256 chainId => address) private _proposedOwners;
    mapping(bytes32 service => uint256) private _chainIds;
    mapping(bytes32 service => bytes32) private _kinds;
    /// @dev Value: enabled (1 bit) | minimum stake in ETH (96 bits) | in ALT (96 bits).
    mapping(bytes32 service => Checkpoints.Trace208) private _settings;

    /// @param governance The timelock.
    /// @param settingsDelay Seconds; long enough to notice a change and leave.
    constructor(
        address governance,
        uint48 settingsDelay
    ) Ownable(governance) {
        SETTINGS_DELAY = settingsDelay;
    }

    modifier onlyRollupOwner(
        uint256 chainId
    ) {
        address owner_ = _rollups[chainId].owner;
        if (owner_ == address(0)) revert UnknownRollup(chainId);
        if (owner_ != msg.sender) revert NotRollupOwner(chainId, msg.sender);
        _;
    }

    /// @inheritdoc IRollupRegistry
    function register(
        uint256 chainId,
        address systemConfig,
        address owner_,
        address restitutionFund
    ) external onlyOwner {
        if (_rollups[chainId].owner != address(0)) revert AlreadyRegistered(chainId);
        if (owner_ == address(0)) revert InvalidAddress(owner_);
        if (restitutionFund == address(0)) revert InvalidAddress(restitutionFund);
        address portal = ISystemConfigAddresses(_contract(systemConfig)).optimismPortal();
        address factory = ISystemConfigAddresses(systemConfig).disputeGameFactory();
        Rollup memory rollup = Rollup({
            owner: owner_,
            restitutionFund: restitutionFund,
            systemConfig: systemConfig,
            optimismPortal: _contract(portal),
            disputeGameFactory: _contract(factory)
        });
        _rollups[chainId] = rollup;
        emit RollupRegistered(chainId, rollup);
    }

    /// @inheritdoc IRollupRegistry
    function configureService(
        uint256 chainId,
        bytes32 kind,
        ServiceSettings calldata settings
    ) external onlyRollupOwner(chainId) {
        if (settings.enabled) {
            for (uint8 quorum = 0; quorum < 2; quorum++) {
                if (settings.minStake[quorum] == 0) revert MinimumStakeZero(quorum);
            }
        }
        bytes32 service = serviceId(chainId, kind);
        Checkpoints.Trace208 storage trace = _settings[service];
        uint48 activeFrom = uint48(block.timestamp);
        if (trace.length() > 0) activeFrom += SETTINGS_DELAY;
        else (_chainIds[service], _kinds[service]) = (chainId, kind);
        uint208 packed = (uint208(settings.minStake[0]) << 96) | settings.minStake[1];
        if (settings.enabled) packed |= uint208(1) << 192;
        trace.push(activeFrom, packed);
        emit ServiceConfigured(chainId, kind, service, settings, activeFrom);
    }

    /// @inheritdoc IRollupRegistry
    function setRestitutionFund(
        uint256 chainId,
        address fund
    ) external onlyRollupOwner(chainId) {
        if (fund == address(0)) revert InvalidAddress(fund);
        _rollups[chainId].restitutionFund = fund;
        emit RestitutionFundSet(chainId, fund);
    }

    /// @inheritdoc IRollupRegistry
    function proposeOwner(
        uint256 chainId,
        address proposed
    ) external onlyRollupOwner(chainId) {
        _proposedOwners[chainId] = proposed;
        emit OwnerProposed(chainId, proposed);
    }

    /// @inheritdoc IRollupRegistry
    function acceptOwner(
        uint256 chainId
    ) external {
        if (_proposedOwners[chainId] != msg.sender) revert NotProposedOwner(chainId, msg.sender);
        delete _proposedOwners[chainId];
        emit OwnerChanged(chainId, _rollups[chainId].owner, msg.sender);
        _rollups[chainId].owner = msg.sender;
    }

    /// @inheritdoc IRollupRegistry
    function rollupOf(
        uint256 chainId
    ) external view returns (Rollup memory rollup) {
        rollup = _rollups[chainId];
        if (rollup.owner == address(0)) revert UnknownRollup(chainId);
    }

    /// @inheritdoc IRollupRegistry
    function serviceId(
        uint256 chainId,
        bytes32 kind
    ) public pure returns (bytes32) {
        return keccak256(abi.encode(chainId, kind));
    }

    /// @inheritdoc IRollupRegistry
    function chainIdOf(
        bytes32 service
    ) external view returns (uint256) {
        if (_settings[service].length() == 0) revert UnknownService(service);
        return _chainIds[service];
    }

    /// @inheritdoc IRollupRegistry
    function kindOf(
        bytes32 service
    ) external view returns (bytes32) {
        if (_settings[service].length() == 0) revert UnknownService(service);
        return _kinds[service];
    }

    /// @inheritdoc IRollupRegistry
    function settingsAt(
        bytes32 service,
        uint48 timestamp
    ) external view returns (ServiceSettings memory settings) {
        uint208 packed = _settings[service].upperLookupRecent(timestamp);
        settings.enabled = packed >> 192 == 1;
        settings.minStake = [uint96(packed >> 96), uint96(packed)];
    }

    function _contract(
        address given
    ) private view returns (address) {
        if (given.code.length == 0) revert InvalidAddress(given);
        return given;
    }
}
