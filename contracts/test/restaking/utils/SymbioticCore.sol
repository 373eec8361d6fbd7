// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { ISymbioticStakeSource } from "../../../src/restaking/interfaces/ISymbioticStakeSource.sol";
import { IVaultConfigurator } from "@symbioticfi/core/src/interfaces/IVaultConfigurator.sol";
import { IFactory } from "@symbioticfi/core/src/interfaces/common/IFactory.sol";
import {
    IMigratablesFactory
} from "@symbioticfi/core/src/interfaces/common/IMigratablesFactory.sol";
import { IBaseDelegator } from "@symbioticfi/core/src/interfaces/delegator/IBaseDelegator.sol";
import {
    IFullRestakeDelegator
} from "@symbioticfi/core/src/interfaces/delegator/IFullRestakeDelegator.sol";
import {
    INetworkRestakeDelegator
} from "@symbioticfi/core/src/interfaces/delegator/INetworkRestakeDelegator.sol";
import { IOptInService } from "@symbioticfi/core/src/interfaces/service/IOptInService.sol";
import { IBaseSlasher } from "@symbioticfi/core/src/interfaces/slasher/IBaseSlasher.sol";
import { ISlasher } from "@symbioticfi/core/src/interfaces/slasher/ISlasher.sol";
import { IVetoSlasher } from "@symbioticfi/core/src/interfaces/slasher/IVetoSlasher.sol";
import { IVault } from "@symbioticfi/core/src/interfaces/vault/IVault.sol";
import { Test } from "forge-std/Test.sol";

interface ISymbioticOperatorRegistry {
    function registerOperator() external;
}

/// @notice Symbiotic Core itself, as its own deployment script puts it together.
abstract contract SymbioticCore is Test {
    /// @notice Parts a vault may have, by their types in Symbiotic's factories.
    uint64 internal constant NETWORK_RESTAKE = 0;
    uint64 internal constant FULL_RESTAKE = 1;
    uint64 internal constant INSTANT = 0;
    uint64 internal constant VETO = 1;
    uint64 internal constant NO_SLASHER = type(uint64).max;

    ISymbioticStakeSource.Core internal core;
    IVaultConfigurator internal configurator;
    ISymbioticOperatorRegistry internal symbioticOperators;
    IOptInService internal vaultOptIns;
    IOptInService internal networkOptIns;
    address internal curator = makeAddr("curator");

    function _deployCore() internal {
        address here = address(this);
        address vaults = _deploy("VaultFactory", abi.encode(here));
        address delegators = _deploy("DelegatorFactory", abi.encode(here));
        address slashers = _deploy("SlasherFactory", abi.encode(here));
        address networks = _deploy("NetworkRegistry", "");
        address operators_ = _deploy("OperatorRegistry", "");
        address middlewares = _deploy("NetworkMiddlewareService", abi.encode(networks));
        address toVault =
            _deploy("OptInService", abi.encode(operators_, vaults, "OperatorVaultOptInService"));
        address toNetwork = _deploy(
            "OptInService", abi.encode(operators_, networks, "OperatorNetworkOptInService")
        );
        IMigratablesFactory(vaults)
            .whitelist(_deploy("Vault", abi.encode(delegators, slashers, vaults)));
        bytes memory parts = abi.encode(
            networks, vaults, toVault, toNetwork, delegators, uint256(NETWORK_RESTAKE)
        );
        IFactory(delegators).whitelist(_deploy("NetworkRestakeDelegator", parts));
        parts = abi.encode(networks, vaults, toVault, toNetwork, delegators, uint256(FULL_RESTAKE));
        IFactory(delegators).whitelist(_deploy("FullRestakeDelegator", parts));
        parts = abi.encode(vaults, middlewares, slashers, uint256(INSTANT));
        IFactory(slashers).whitelist(_deploy("Slasher", parts));
        parts = abi.encode(vaults, middlewares, networks, slashers, uint256(VETO));
        IFactory(slashers).whitelist(_deploy("VetoSlasher", parts));
        configurator = IVaultConfigurator(
            _deploy("VaultConfigurator", abi.encode(vaults, delegators, slashers))
        );
        core = ISymbioticStakeSource.Core(vaults, networks, middlewares, toNetwork);
        symbioticOperators = ISymbioticOperatorRegistry(operators_);
        vaultOptIns = IOptInService(toVault);
        networkOptIns = IOptInService(toNetwork);
    }

    function _createVault(
        address collateral,
        address burner,
        uint48 epochDuration
    ) internal returns (IVault) {
        return _createVault(collateral, burner, epochDuration, NETWORK_RESTAKE, INSTANT);
    }

    function _createVault(
        address collateral,
        address burner,
        uint48 epochDuration,
        uint64 delegatorType,
        uint64 slasherType
    ) internal returns (IVault) {
        (address vault,,) = configurator.create(
            IVaultConfigurator.InitParams({
                version: 1,
                owner: curator,
                vaultParams: _vaultParams(collateral, burner, epochDuration),
                delegatorIndex: delegatorType,
                delegatorParams: _delegatorParams(delegatorType),
                withSlasher: slasherType != NO_SLASHER,
                slasherIndex: slasherType,
                slasherParams: _slasherParams(slasherType)
            })
        );
        return IVault(vault);
    }

    function _vaultParams(
        address collateral,
        address burner,
        uint48 epochDuration
    ) internal view returns (bytes memory) {
        IVault.InitParams memory params;
        params.collateral = collateral;
        params.burner = burner;
        params.epochDuration = epochDuration;
        params.defaultAdminRoleHolder = curator;
        return abi.encode(params);
    }

    function _delegatorParams(
        uint64 delegatorType
    ) private view returns (bytes memory) {
        IBaseDelegator.BaseParams memory base;
        base.defaultAdminRoleHolder = curator;
        base.hookSetRoleHolder = curator;
        address[] memory curators = new address[](1);
        curators[0] = curator;
        if (delegatorType == NETWORK_RESTAKE) {
            return abi.encode(INetworkRestakeDelegator.InitParams(base, curators, curators));
        }
        return abi.encode(IFullRestakeDelegator.InitParams(base, curators, curators));
    }

    function _slasherParams(
        uint64 slasherType
    ) private pure returns (bytes memory) {
        IBaseSlasher.BaseParams memory base = IBaseSlasher.BaseParams(false);
        if (slasherType == VETO) return abi.encode(IVetoSlasher.InitParams(base, 1 days, 3));
        return abi.encode(ISlasher.InitParams(base));
    }

    function _deploy(
        string memory name,
        bytes memory arguments
    ) private returns (address) {
        return deployCode(string.concat("build/symbiotic/", name, ".json"), arguments);
    }
}
