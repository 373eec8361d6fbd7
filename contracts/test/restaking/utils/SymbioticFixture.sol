// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { SymbioticStakeSource } from "../../../src/restaking/SymbioticStakeSource.sol";
import { IStakeSource } from "../../../src/restaking/interfaces/IStakeSource.sol";
import { SourceHooks } from "./SourceHooks.sol";
import { SymbioticCore } from "./SymbioticCore.sol";
import {
    INetworkRestakeDelegator
} from "@symbioticfi/core/src/interfaces/delegator/INetworkRestakeDelegator.sol";
import { IVault } from "@symbioticfi/core/src/interfaces/vault/IVault.sol";

/// @notice Symbiotic Core itself: each operator has a vault an asset of its own.
abstract contract SymbioticFixture is SourceHooks, SymbioticCore {
    SymbioticStakeSource internal symbiotic;
    IVault[2] internal vaults;

    function _prepare() internal virtual override {
        _deployCore();
    }

    function _newSource(
        address slasher_
    ) internal override returns (IStakeSource) {
        address[][2] memory assets;
        for (uint256 i = 0; i < 2; i++) {
            assets[i] = new address[](1);
            assets[i][0] = address(tokens[i]);
        }
        symbiotic = new SymbioticStakeSource(core, address(timelock), slasher_, WINDOW, assets);
        return symbiotic;
    }

    /// @dev Each operator has vaults of its own.
    mapping(address who => IVault[2]) internal vaultsOf;

    function _enter(
        address who
    ) internal override {
        vm.startPrank(who);
        symbioticOperators.registerOperator();
        networkOptIns.optIn(address(symbiotic));
        vm.stopPrank();
        address[] memory list = new address[](2);
        for (uint256 i = 0; i < 2; i++) {
            IVault vault = _createVault(address(tokens[i]), address(symbiotic), WINDOW);
            vaultsOf[who][i] = vault;
            list[i] = address(vault);
            _open(vault, who);
        }
        vaults = vaultsOf[who];
        if (list[0] > list[1]) (list[0], list[1]) = (list[1], list[0]);
        vm.prank(who);
        symbiotic.setVaults(service, list);
    }

    /// @dev Curator and operator make the vault's whole stake the operator's.
    function _open(
        IVault vault,
        address who
    ) internal {
        symbiotic.admit(service, address(vault));
        INetworkRestakeDelegator delegator = INetworkRestakeDelegator(vault.delegator());
        bytes32 subnetwork = symbiotic.subnetworkOf(service);
        vm.startPrank(curator);
        delegator.setNetworkLimit(subnetwork, type(uint256).max);
        delegator.setOperatorNetworkShares(subnetwork, who, 1e18);
        vm.stopPrank();
        vm.prank(who);
        vaultOptIns.optIn(address(vault));
    }

    function _exit(
        address who
    ) internal override {
        vm.startPrank(who);
        networkOptIns.optOut(address(symbiotic));
        symbiotic.setVaults(service, new address[](0));
        vm.stopPrank();
    }

    function _delegate(
        address who,
        uint8 quorum,
        address delegator,
        uint256 amount
    ) internal override {
        IVault vault = vaultsOf[who][quorum];
        _give(quorum, delegator, amount);
        vm.startPrank(delegator);
        tokens[quorum].approve(address(vault), amount);
        vault.deposit(delegator, amount);
        vm.stopPrank();
    }

    function _beginWithdrawal(
        address who,
        uint8 quorum,
        address delegator,
        uint256 amount
    ) internal override {
        vm.prank(delegator);
        vaultsOf[who][quorum].withdraw(delegator, amount);
    }

    /// @dev Symbiotic keeps the history itself.
    function _settle(
        address
    ) internal override { }

    function _finishWithdrawal(
        address who,
        uint8 quorum,
        address delegator
    ) internal override returns (uint256 paid) {
        IVault vault = vaultsOf[who][quorum];
        for (uint256 epoch = 1; epoch < vault.currentEpoch(); epoch++) {
            if (vault.withdrawalsOf(epoch, delegator) == 0) continue;
            if (vault.isWithdrawalsClaimed(epoch, delegator)) continue;
            vm.prank(delegator);
            paid += vault.claim(delegator, epoch);
        }
    }
}
