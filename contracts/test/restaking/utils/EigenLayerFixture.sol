// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { EigenLayerStakeSource } from "../../../src/restaking/EigenLayerStakeSource.sol";
import {
    IEigenLayerStakeSource
} from "../../../src/restaking/interfaces/IEigenLayerStakeSource.sol";
import { IStakeSource } from "../../../src/restaking/interfaces/IStakeSource.sol";
import { IStrategy, OperatorSet } from "../../../src/restaking/interfaces/external/IEigenLayer.sol";
import { EigenLayerDouble, StrategyDouble } from "./EigenLayerDouble.sol";
import { SourceHooks } from "./SourceHooks.sol";

/// @notice A double of EigenLayer: each operator allocates all it has.
abstract contract EigenLayerFixture is SourceHooks {
    uint48 internal constant RECORD_AGE = 7 days;
    uint32 internal constant HORIZON = 14 days / 12;

    EigenLayerDouble internal eigen;
    EigenLayerStakeSource internal eigenSource;
    IStrategy[2] internal strategyFor;
    address[2] internal delegators;

    function _resolutionDelay() internal pure virtual returns (uint32) {
        return 0;
    }

    function _prepare() internal override {
        vm.roll(20_000_000);
        eigen = new EigenLayerDouble(_resolutionDelay());
        for (uint256 i = 0; i < 2; i++) {
            strategyFor[i] = new StrategyDouble(tokens[i], address(eigen));
        }
        delegators = [alice, bob];
    }

    function _newSource(
        address slasher_
    ) internal override returns (IStakeSource) {
        eigenSource = _newEigenSource(slasher_, HORIZON);
        return eigenSource;
    }

    function _core() internal view returns (IEigenLayerStakeSource.Core memory) {
        return IEigenLayerStakeSource.Core(eigen, eigen, eigen);
    }

    function _newEigenSource(
        address slasher_,
        uint32 horizon
    ) internal returns (EigenLayerStakeSource) {
        address[][2] memory assets;
        IStrategy[] memory list = new IStrategy[](2);
        for (uint256 i = 0; i < 2; i++) {
            assets[i] = new address[](1);
            assets[i][0] = address(tokens[i]);
            list[i] = strategyFor[i];
        }
        return new EigenLayerStakeSource(
            _core(),
            address(timelock),
            slasher_,
            WINDOW,
            RECORD_AGE,
            horizon,
            "ipfs://altlayer",
            assets,
            list
        );
    }

    function _set() internal view returns (OperatorSet memory) {
        return OperatorSet(address(eigenSource), eigenSource.operatorSetOf(service));
    }

    function _ids() internal view returns (uint32[] memory ids) {
        ids = new uint32[](1);
        ids[0] = eigenSource.operatorSetOf(service);
    }

    function _both() internal view returns (IStrategy[] memory list) {
        list = new IStrategy[](2);
        (list[0], list[1]) = (strategyFor[0], strategyFor[1]);
    }

    function _enter(
        address who
    ) internal override {
        if (eigenSource.operatorSetOf(service) == 0) eigenSource.open(service);
        OperatorSet memory set = _set();
        uint32[] memory ids = _ids();
        vm.startPrank(who);
        eigen.registerAsOperator(0);
        for (uint256 i = 0; i < 2; i++) {
            eigen.modifyAllocation(set, strategyFor[i], 1e18);
        }
        eigen.registerForOperatorSets(address(eigenSource), ids);
        vm.stopPrank();
    }

    function _exit(
        address who
    ) internal override {
        uint32[] memory ids = _ids();
        vm.prank(who);
        eigen.deregisterFromOperatorSets(address(eigenSource), ids);
    }

    function _delegate(
        address who,
        uint8 quorum,
        address delegator,
        uint256 amount
    ) internal override {
        _give(quorum, delegator, amount);
        IStrategy[] memory list = _both();
        vm.startPrank(delegator);
        tokens[quorum].approve(address(eigen), amount);
        // EigenLayer's stakers have one operator.
        if (eigen.delegatedTo(delegator) != who && eigen.delegatedTo(delegator) != address(0)) {
            eigen.undelegate(list);
        }
        if (eigen.delegatedTo(delegator) == address(0)) eigen.delegateTo(who, list);
        eigen.deposit(strategyFor[quorum], amount);
        vm.stopPrank();
    }

    function _beginWithdrawal(
        address,
        uint8 quorum,
        address delegator,
        uint256 amount
    ) internal override {
        vm.prank(delegator);
        eigen.queueWithdrawal(strategyFor[quorum], amount);
    }

    function _finishWithdrawal(
        address,
        uint8,
        address delegator
    ) internal override returns (uint256 paid) {
        uint256 count = eigen.withdrawals(delegator).length;
        vm.startPrank(delegator);
        for (uint256 i = 0; i < count; i++) {
            paid += eigen.completeQueuedWithdrawal(i);
        }
        vm.stopPrank();
    }

    function _settle(
        address who
    ) internal override {
        eigenSource.record(service, who);
        for (uint256 i = 0; i < 2; i++) {
            eigenSource.recordDelegation(delegators[i]);
        }
    }
}
