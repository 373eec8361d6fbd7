// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { StakeSource } from "./StakeSource.sol";
import { IStakeSource } from "./interfaces/IStakeSource.sol";
import { ISymbioticStakeSource } from "./interfaces/ISymbioticStakeSource.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";
import { Checkpoints } from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import { INetworkRegistry } from "@symbioticfi/core/src/interfaces/INetworkRegistry.sol";
import { IEntity } from "@symbioticfi/core/src/interfaces/common/IEntity.sol";
import { IRegistry } from "@symbioticfi/core/src/interfaces/common/IRegistry.sol";
import { IBaseDelegator } from "@symbioticfi/core/src/interfaces/delegator/IBaseDelegator.sol";
import {
    INetworkMiddlewareService
} from "@symbioticfi/core/src/interfaces/service/INetworkMiddlewareService.sol";
import { IOptInService } from "@symbioticfi/core/src/interfaces/service/IOptInService.sol";
import {
    ISlasher as ISymbioticSlasher
} from "@symbioticfi/core/src/interfaces/slasher/ISlasher.sol";
import { IVault } from "@symbioticfi/core/src/interfaces/vault/IVault.sol";

/// @title SymbioticStakeSource
/// @notice Stake from Symbiotic. No key can replace the middleware or the network: both are this
/// contract, which calls Symbiotic from the functions below alone.
contract SymbioticStakeSource is StakeSource, ISymbioticStakeSource {
    using Checkpoints for Checkpoints.Trace208;

    /// @dev Parts of a vault, which Symbiotic sets once.
    struct Parts {
        address asset;
        address delegator;
        address slasher;
    }

    /// @dev Gas for one vault's stake: 83 k, more with a long history.
    uint256 private constant READ_GAS = 250_000;
    /// @dev Gas for one vault's slash: 340 k, and 400 k for the vault's hooks.
    uint256 private constant SLASH_GAS = 1_500_000;
    /// @dev Types of the instant Slasher and of NetworkRestakeDelegator in Symbiotic's factories.
    uint64 private constant INSTANT_SLASHER = 0;
    uint64 private constant NETWORK_RESTAKE_DELEGATOR = 0;

    /// @inheritdoc ISymbioticStakeSource
    uint256 public constant MAX_VAULTS = 5;

    IRegistry private immutable VAULT_FACTORY;
    IOptInService private immutable NETWORK_OPT_INS;

    uint96 private _services;
    mapping(bytes32 service => bytes32) public subnetworkOf;
    mapping(address vault => Parts) private _parts;
    mapping(bytes32 service => mapping(address vault => bool)) private _admitted;
    mapping(bytes32 service => mapping(address operator => address[][])) private _lists;
    /// @dev Value: index of the list in force plus one.
    mapping(bytes32 service => mapping(address operator => Checkpoints.Trace208)) private _inForce;
    mapping(bytes32 offence => mapping(address vault => FailedSlash)) private _failed;

    constructor(
        Core memory core,
        address governance,
        address slasher_,
        uint48 slashingWindow_,
        address[][2] memory assets
    ) StakeSource(governance, slasher_, slashingWindow_, assets) {
        VAULT_FACTORY = IRegistry(core.vaultFactory);
        NETWORK_OPT_INS = IOptInService(core.operatorNetworkOptInService);
        INetworkRegistry(core.networkRegistry).registerNetwork();
        INetworkMiddlewareService(core.networkMiddlewareService).setMiddleware(address(this));
    }

    // --- vaults ---

    /// @inheritdoc ISymbioticStakeSource
    function admit(
        bytes32 service,
        address vault
    ) external {
        if (_admitted[service][vault]) revert AlreadyAdmitted(service, vault);
        _check(vault);
        bytes32 subnetwork = subnetworkOf[service];
        if (subnetwork == 0) {
            subnetwork = bytes32((uint256(uint160(address(this))) << 96) | ++_services);
            subnetworkOf[service] = subnetwork;
            emit ServiceOpened(service, subnetwork);
        }
        _admitted[service][vault] = true;
        IBaseDelegator(_parts[vault].delegator)
            .setMaxNetworkLimit(uint96(uint256(subnetwork)), type(uint256).max);
        emit VaultAdmitted(service, vault);
    }

    /// @inheritdoc ISymbioticStakeSource
    function setVaults(
        bytes32 service,
        address[] calldata vaults
    ) external {
        if (vaults.length > MAX_VAULTS) revert TooManyVaults(vaults.length, MAX_VAULTS);
        address previous;
        for (uint256 i = 0; i < vaults.length; i++) {
            if (vaults[i] <= previous) revert VaultsNotAscending(previous, vaults[i]);
            previous = vaults[i];
            if (!_admitted[service][previous]) revert NotAdmitted(service, previous);
        }
        address[][] storage lists = _lists[service][msg.sender];
        lists.push(vaults);
        _inForce[service][msg.sender].push(uint48(block.timestamp), uint208(lists.length));
        emit VaultsSet(service, msg.sender, vaults);
    }

    /// @dev A vault has the parts that bring what is slashed here, in time and without a veto.
    function _check(
        address vault
    ) private {
        if (!VAULT_FACTORY.isEntity(vault)) revert NotAVault(vault);
        if (!IVault(vault).isInitialized()) revert VaultNotInitialized(vault);
        Parts memory parts =
            Parts(IVault(vault).collateral(), IVault(vault).delegator(), IVault(vault).slasher());
        (bool accepted,) = quorumAt(parts.asset, uint48(block.timestamp));
        if (!accepted) revert AssetNotAccepted(vault, parts.asset);
        uint256 duration = IVault(vault).epochDuration();
        if (duration < slashingWindow) revert VaultEpochTooShort(vault, duration, slashingWindow);
        address burner = IVault(vault).burner();
        if (burner != address(this)) revert WrongBurner(vault, burner);
        if (parts.slasher == address(0) || IEntity(parts.slasher).TYPE() != INSTANT_SLASHER) {
            revert WrongSlasher(vault, parts.slasher);
        }
        if (IEntity(parts.delegator).TYPE() != NETWORK_RESTAKE_DELEGATOR) {
            revert WrongDelegator(vault, parts.delegator);
        }
        _parts[vault] = parts;
    }

    // --- stake ---

    /// @inheritdoc ISymbioticStakeSource
    function vaultsAt(
        bytes32 service,
        address operator,
        uint48 timestamp
    ) public view returns (address[] memory vaults) {
        uint256 version = _inForce[service][operator].upperLookupRecent(timestamp);
        if (version != 0) vaults = _lists[service][operator][version - 1];
    }

    /// @inheritdoc IStakeSource
    function isMember(
        bytes32 service,
        address operator,
        uint48 timestamp
    ) external view returns (bool) {
        return vaultsAt(service, operator, timestamp).length > 0
            && NETWORK_OPT_INS.isOptedInAt(operator, address(this), timestamp, "");
    }

    /// @inheritdoc IStakeSource
    function stakeAt(
        bytes32 service,
        address operator,
        uint8 quorum,
        uint48 timestamp
    ) external view returns (uint256 stake) {
        address[] memory vaults = vaultsAt(service, operator, timestamp);
        for (uint256 i = 0; i < vaults.length; i++) {
            if (_countsIn(vaults[i], quorum, timestamp)) {
                stake += _stakeIn(vaults[i], service, operator, timestamp);
            }
        }
    }

    /// @inheritdoc IStakeSource
    function delegationAt(
        bytes32 service,
        address operator,
        uint8 quorum,
        address delegator,
        uint48 timestamp
    ) external view returns (uint256 part, uint256 whole) {
        address[] memory vaults = vaultsAt(service, operator, timestamp);
        for (uint256 i = 0; i < vaults.length; i++) {
            if (!_countsIn(vaults[i], quorum, timestamp)) continue;
            uint256 stake = _stakeIn(vaults[i], service, operator, timestamp);
            if (stake == 0) continue;
            IVault vault = IVault(vaults[i]);
            uint256 shares = vault.activeSharesOfAt(delegator, timestamp, "");
            part += Math.mulDiv(stake, shares, vault.activeSharesAt(timestamp, ""));
            whole += stake;
        }
    }

    function _countsIn(
        address vault,
        uint8 quorum,
        uint48 timestamp
    ) private view returns (bool) {
        (bool accepted, uint8 counted) = quorumAt(_parts[vault].asset, timestamp);
        return accepted && counted == quorum;
    }

    /// @dev Symbiotic answers 0 for an operator that had not opted in to vault and network. A vault
    /// that does not answer holds no stake; who gives too little gas cannot bring that about.
    function _stakeIn(
        address vault,
        bytes32 service,
        address operator,
        uint48 timestamp
    ) private view returns (uint256) {
        _requireGas(READ_GAS);
        try IBaseDelegator(_parts[vault].delegator).stakeAt{ gas: READ_GAS }(
            subnetworkOf[service], operator, timestamp, ""
        ) returns (
            uint256 stake
        ) {
            return stake;
        } catch {
            return 0;
        }
    }

    // --- slashes ---

    /// @inheritdoc IStakeSource
    function slash(
        bytes32 service,
        address operator,
        uint256 fraction,
        uint48 timestamp,
        bytes32 offence
    ) external onlySlasher nonReentrant returns (uint256[2] memory removed) {
        _checkSlash(fraction, timestamp);
        FailedSlash memory order = FailedSlash(service, operator, timestamp, fraction);
        address[] memory vaults = vaultsAt(service, operator, timestamp);
        for (uint256 i = 0; i < vaults.length; i++) {
            (bool accepted, uint8 quorum) = quorumAt(_parts[vaults[i]].asset, timestamp);
            if (!accepted) continue;
            _requireGas(SLASH_GAS);
            try this.slashVault{ gas: SLASH_GAS }(offence, vaults[i], order) returns (
                uint256 amount
            ) {
                removed[quorum] += amount;
            } catch (bytes memory reason) {
                _failed[offence][vaults[i]] = order;
                emit VaultSlashFailed(offence, vaults[i], reason);
            }
        }
    }

    /// @inheritdoc ISymbioticStakeSource
    function retry(
        bytes32 offence,
        address vault
    ) external nonReentrant returns (uint256) {
        FailedSlash memory order = _failed[offence][vault];
        if (order.operator == address(0)) revert NothingFailed(offence, vault);
        delete _failed[offence][vault];
        return _slashVault(offence, vault, order);
    }

    /// @notice `_slashVault` for this contract's own use, so that a failure can be caught.
    function slashVault(
        bytes32 offence,
        address vault,
        FailedSlash calldata order
    ) external returns (uint256) {
        if (msg.sender != address(this)) revert NotItself(msg.sender);
        return _slashVault(offence, vault, order);
    }

    /// @dev Symbiotic refuses to slash for a time before the latest for which it slashed, so that
    /// an offender could hide an old offence behind a small new one. Then the latest time is given
    /// to
    /// it: what was there at both times is in reach.
    function _slashVault(
        bytes32 offence,
        address vault,
        FailedSlash memory order
    ) private returns (uint256 amount) {
        Parts memory parts = _parts[vault];
        bytes32 subnetwork = subnetworkOf[order.service];
        uint256 stake = IBaseDelegator(parts.delegator)
            .stakeAt(subnetwork, order.operator, order.timestamp, "");
        amount = Math.mulDiv(stake, order.fraction, WAD);
        ISymbioticSlasher vaultSlasher = ISymbioticSlasher(parts.slasher);
        uint48 capture = vaultSlasher.latestSlashedCaptureTimestamp(subnetwork, order.operator);
        if (capture < order.timestamp) capture = order.timestamp;
        uint256 reach = vaultSlasher.slashableStake(subnetwork, order.operator, capture, "");
        if (amount > reach) amount = reach;
        if (amount == 0) return 0;

        // The vault's burner is this contract. What arrived is what counts, up to what the slash
        // took: a hook of the vault's may have had something else sent here meanwhile.
        uint256 before = IERC20(parts.asset).balanceOf(address(this));
        amount = vaultSlasher.slash(subnetwork, order.operator, amount, capture, "");
        amount = Math.min(amount, IERC20(parts.asset).balanceOf(address(this)) - before);
        _noteRemoved(offence, parts.asset, amount);
        _noteReceived(offence, parts.asset, amount);
        emit VaultSlashed(offence, vault, amount);
    }

    /// @inheritdoc ISymbioticStakeSource
    function failedSlash(
        bytes32 offence,
        address vault
    ) external view returns (FailedSlash memory) {
        return _failed[offence][vault];
    }

    /// @dev Symbiotic releases what it slashes at once.
    function _release(
        bytes32 offence,
        address asset
    ) internal override { }
}
