// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { StakeSource } from "../../src/restaking/StakeSource.sol";
import { IEigenLayerStakeSource } from "../../src/restaking/interfaces/IEigenLayerStakeSource.sol";
import { ISlasher } from "../../src/restaking/interfaces/ISlasher.sol";
import { IStakeSource, Quorum } from "../../src/restaking/interfaces/IStakeSource.sol";
import {
    IAllocationManager,
    IStrategy,
    OperatorSet
} from "../../src/restaking/interfaces/external/IEigenLayer.sol";
import { TokenDouble } from "./utils/Doubles.sol";
import { EigenLayerDouble, StrategyDouble } from "./utils/EigenLayerDouble.sol";
import { EigenLayerFixture } from "./utils/EigenLayerFixture.sol";
import { StakeSourceSuite } from "./utils/StakeSourceSuite.sol";

/// @notice The suite of all sources on a double of EigenLayer, and what is EigenLayer's own.
contract EigenLayerStakeSourceTest is StakeSourceSuite, EigenLayerFixture {
    function test_aRecordCountsForItsTime() public {
        uint48 recorded = _now() - 12;
        assertEq(_stake(operator, Quorum.ETH, recorded), ETH_STAKE);
        assertEq(_stake(operator, Quorum.ETH, recorded + RECORD_AGE), ETH_STAKE);
        assertEq(_stake(operator, Quorum.ETH, recorded + RECORD_AGE + 1), 0);
        _wait(RECORD_AGE + 1);
        _settle(operator);
        assertEq(_stake(operator, Quorum.ETH, _now()), ETH_STAKE);
    }

    /// What counts at the last moment of a record is still in reach at the end of the window.
    function test_stakeThatLeftAfterItsRecordIsInReachToTheEnd() public {
        uint48 recorded = _now() - 12;
        _beginWithdrawal(operator, Quorum.ETH, alice, ETH_STAKE * 3 / 4);
        _beginWithdrawal(operator, Quorum.ETH, bob, ETH_STAKE / 4);
        _wait(RECORD_AGE - 24);
        uint48 time = recorded + RECORD_AGE - 12;
        assertEq(_stake(operator, Quorum.ETH, time), ETH_STAKE);
        _wait(WINDOW - 24);
        bytes32 offence = _punish(operator, time, "a");
        assertEq(_arrived(offence, Quorum.ETH), ETH_STAKE / 10);
    }

    function test_aDeallocationThatWouldEndTooSoonDoesNotCount() public {
        OperatorSet memory set = _set();
        vm.prank(operator);
        eigen.modifyAllocation(set, strategyFor[0], 0.5e18);
        eigenSource.record(service, operator);
        // 126 000 blocks: it ends behind the horizon.
        assertEq(_stake(operator, Quorum.ETH, _now()), ETH_STAKE);
        vm.roll(vm.getBlockNumber() + 126_000 - HORIZON + 1);
        eigenSource.record(service, operator);
        assertEq(_stake(operator, Quorum.ETH, _now()), ETH_STAKE / 2);
    }

    function test_aSlashCostsWhatTheOffenceTimeHadWhoeverCameSince() public {
        uint48 time = _now() - 1;
        _delegate(operator, Quorum.ETH, bob, ETH_STAKE);
        _settle(operator);
        bytes32 offence = _punish(operator, time, "a");
        assertApproxEqAbs(_arrived(offence, Quorum.ETH), ETH_STAKE / 10, 2000);
    }

    function test_whatSomeoneElseHadSentIsCollectedToo() public {
        bytes32 first = _punish(operator, _now() - 1, "a");
        _wait(12);
        bytes32 second = _punish(operator, _now() - 13, "b");
        for (uint256 slashId = 1; slashId <= 2; slashId++) {
            eigen.clearBurnOrRedistributableSharesByStrategy(_set(), slashId, strategyFor[0]);
        }
        tokens[0].mint(address(eigenSource), 1e18);
        assertEq(slasher.distribute(first, address(tokens[0])), ETH_STAKE / 10);
        assertApproxEqAbs(slasher.distribute(second, address(tokens[0])), ETH_STAKE / 10, 2000);
        // A gift stays no one's, however often it is asked for.
        assertApproxEqAbs(tokens[0].balanceOf(address(eigenSource)), 1e18, 2000);
        vm.expectRevert(
            abi.encodeWithSelector(ISlasher.NothingReceived.selector, first, address(tokens[0]))
        );
        slasher.distribute(first, address(tokens[0]));
    }

    /// EigenLayer could slash it for two weeks yet: for what it did while it was a member, only.
    function test_anOffenceAfterItLeftRemovesNothing() public {
        _exit(operator);
        _wait(12);
        eigenSource.record(service, operator);
        _wait(12);
        assertTrue(eigen.isOperatorSlashable(operator, _set()));
        bytes32 offence = _punish(operator, _now() - 1, "a");
        assertEq(eigen.operatorShares(operator, strategyFor[0]), ETH_STAKE);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeSource.NotRemoved.selector, offence, address(tokens[0]))
        );
        slasher.distribute(offence, address(tokens[0]));
    }

    function test_delegationMovesWithTheDelegator() public {
        _enter(other);
        _delegate(other, Quorum.ETH, bob, ETH_STAKE);
        uint48 before = _now() - 1;
        _settle(other);
        _wait(12);
        (uint256 part, uint256 whole) =
            stakeSource.delegationAt(service, operator, Quorum.ETH, bob, _now() - 1);
        assertEq(part, 0);
        (part, whole) = stakeSource.delegationAt(service, operator, Quorum.ETH, alice, _now() - 1);
        assertEq(part, whole);
        (part, whole) = stakeSource.delegationAt(service, other, Quorum.ETH, bob, _now() - 1);
        assertEq(part, ETH_STAKE);
        assertEq(whole, ETH_STAKE);
        (part,) = stakeSource.delegationAt(service, operator, Quorum.ETH, bob, before);
        assertEq(part, ETH_STAKE / 4);
    }

    function test_whoLeavesToNoOneIsRecordedAsGone() public {
        IStrategy[] memory list = _both();
        vm.prank(bob);
        eigen.undelegate(list);
        eigenSource.recordDelegation(bob);
        (uint256 part, uint256 whole) =
            stakeSource.delegationAt(service, operator, Quorum.ETH, bob, _now());
        assertEq(part, 0);
        assertEq(whole, ETH_STAKE * 3 / 4);
    }

    // --- the AVS's side ---

    function test_open_onceAService() public {
        vm.expectRevert(
            abi.encodeWithSelector(IEigenLayerStakeSource.AlreadyOpen.selector, service)
        );
        eigenSource.open(service);
        eigenSource.open("second");
        assertEq(eigenSource.operatorSetOf("second"), 2);
    }

    function test_strategies_areGovernancesOneAnAsset() public {
        vm.startPrank(address(timelock));
        vm.expectRevert(
            abi.encodeWithSelector(
                IEigenLayerStakeSource.AssetHasStrategy.selector, tokens[0], strategyFor[0]
            )
        );
        eigenSource.addStrategy(strategyFor[0]);
        for (uint256 i = 0; i < 3; i++) {
            eigenSource.addStrategy(_newStrategy());
        }
        IStrategy sixth = _newStrategy();
        vm.expectRevert(
            abi.encodeWithSelector(IEigenLayerStakeSource.TooManyStrategies.selector, 5)
        );
        eigenSource.addStrategy(sixth);
        vm.stopPrank();
        IStrategy[] memory list = eigenSource.strategies();
        for (uint256 i = 1; i < list.length; i++) {
            assertLt(uint160(address(list[i - 1])), uint160(address(list[i])));
        }
        vm.expectRevert();
        eigenSource.addStrategy(sixth);
    }

    function _newStrategy() private returns (IStrategy) {
        return new StrategyDouble(new TokenDouble("LST"), address(eigen));
    }

    function test_extend_addsAStrategyToAnOpenService() public {
        IStrategy unknown = _newStrategy();
        vm.expectRevert(abi.encodeWithSelector(StakeSource.NotAContract.selector, address(unknown)));
        eigenSource.extend(service, unknown);
        (TokenDouble token, IStrategy strategy) = _acceptedStrategy();
        eigenSource.extend(service, strategy);
        vm.expectRevert(EigenLayerDouble.StrategyAlreadyInOperatorSet.selector);
        eigenSource.extend(service, strategy);
        OperatorSet memory set = _set();
        vm.prank(operator);
        eigen.modifyAllocation(set, strategy, 1e18);
        _deposit(token, strategy, alice);
        _settle(operator);
        _wait(12);
        assertEq(_stake(operator, Quorum.ETH, _now() - 1), 2 * ETH_STAKE);
        bytes32 offence = _punish(operator, _now() - 1, "a");
        assertEq(slasher.distribute(offence, address(token)), ETH_STAKE / 10);
        assertEq(slasher.distribute(offence, address(tokens[0])), ETH_STAKE / 10);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEigenLayerStakeSource.UnknownService.selector, bytes32("unknown")
            )
        );
        eigenSource.extend("unknown", strategy);
    }

    /// EigenLayer lets operators allocate to strategies that a set is without, and lets go of it at
    /// once: such stake would vote and could not be slashed.
    function test_stakeOutsideTheSetDoesNotCount() public {
        (TokenDouble token, IStrategy strategy) = _acceptedStrategy();
        OperatorSet memory set = _set();
        vm.prank(operator);
        eigen.modifyAllocation(set, strategy, 1e18);
        _deposit(token, strategy, alice);
        _settle(operator);
        _wait(12);
        assertEq(_stake(operator, Quorum.ETH, _now() - 1), ETH_STAKE);
        // Nor does it keep the rest from being slashed.
        bytes32 offence = _punish(operator, _now() - 1, "a");
        assertEq(slasher.distribute(offence, address(tokens[0])), ETH_STAKE / 10);
        vm.prank(operator);
        eigen.modifyAllocation(set, strategy, 0);
        assertEq(eigen.getAllocation(operator, set, strategy).currentMagnitude, 0);
    }

    function _acceptedStrategy() private returns (TokenDouble token, IStrategy strategy) {
        token = new TokenDouble("LST");
        strategy = new StrategyDouble(token, address(eigen));
        vm.startPrank(address(timelock));
        eigenSource.setAsset(address(token), Quorum.ETH, true);
        eigenSource.addStrategy(strategy);
        vm.stopPrank();
    }

    function _deposit(
        TokenDouble token,
        IStrategy strategy,
        address staker
    ) private {
        token.mint(staker, ETH_STAKE);
        vm.startPrank(staker);
        token.approve(address(eigen), ETH_STAKE);
        eigen.deposit(strategy, ETH_STAKE);
        vm.stopPrank();
    }

    function test_registrar_listensToAllocationManagerOnly() public {
        uint32[] memory ids = _ids();
        vm.expectRevert(
            abi.encodeWithSelector(
                IEigenLayerStakeSource.NotAllocationManager.selector, address(this)
            )
        );
        eigenSource.registerOperator(other, address(eigenSource), ids, "");
        vm.startPrank(address(eigen));
        vm.expectRevert(
            abi.encodeWithSelector(IEigenLayerStakeSource.WrongAvs.selector, address(this))
        );
        eigenSource.registerOperator(other, address(this), ids, "");
        ids[0] = 77;
        vm.expectRevert(
            abi.encodeWithSelector(IEigenLayerStakeSource.UnknownOperatorSet.selector, 77)
        );
        eigenSource.registerOperator(other, address(eigenSource), ids, "");
        vm.stopPrank();
        assertTrue(eigenSource.supportsAVS(address(eigenSource)));
        assertFalse(eigenSource.supportsAVS(address(this)));
    }

    function test_horizon_liesWithinEigenLayersDelays() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IEigenLayerStakeSource.HorizonTooFar.selector, HORIZON + 1, HORIZON
            )
        );
        _newEigenSource(address(this), HORIZON + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEigenLayerStakeSource.HorizonTooNear.selector, HORIZON - 1, 14 days
            )
        );
        _newEigenSource(address(this), HORIZON - 1);
    }

    function test_brokenStrategyHoldsNoStake() public {
        vm.mockCallRevert(
            address(strategyFor[0]),
            abi.encodeWithSelector(IStrategy.sharesToUnderlyingView.selector),
            bytes("broken")
        );
        eigenSource.record(service, operator);
        assertEq(_stake(operator, Quorum.ETH, _now()), 0);
        assertEq(_stake(operator, Quorum.ALT, _now()), ALT_STAKE);
        bytes32 offence = _punish(operator, _now() - 1, "a");
        assertEq(slasher.distribute(offence, address(tokens[1])), ALT_STAKE / 10);
    }

    function test_slash_ofWhatIsAlreadyGoneRemovesNothing() public {
        _setRule(1e18, 0, 0);
        _settle(operator);
        _wait(12);
        uint48 time = _now() - 1;
        _punish(operator, time, "a");
        _wait(12);
        bytes32 second = _punish(operator, time, "b");
        vm.expectRevert(
            abi.encodeWithSelector(IStakeSource.NotRemoved.selector, second, address(tokens[0]))
        );
        slasher.distribute(second, address(tokens[0]));
    }

    function test_slash_ofWhomEigenLayerNoLongerSlashesRemovesNothing() public {
        vm.mockCall(
            address(eigen),
            abi.encodeWithSelector(EigenLayerDouble.isOperatorSlashable.selector),
            abi.encode(false)
        );
        bytes32 offence = _punish(operator, _now() - 1, "a");
        vm.expectRevert(
            abi.encodeWithSelector(IStakeSource.NotRemoved.selector, offence, address(tokens[0]))
        );
        slasher.distribute(offence, address(tokens[0]));
    }

    function test_aRefusedAssetIsNotSlashedForLaterOffences() public {
        vm.prank(address(timelock));
        eigenSource.setAsset(address(tokens[0]), Quorum.ETH, false);
        _wait(12);
        assertEq(_stake(operator, Quorum.ETH, _now() - 1), 0);
        bytes32 offence = _punish(operator, _now() - 1, "a");
        assertEq(eigen.operatorShares(operator, strategyFor[0]), ETH_STAKE);
        assertEq(slasher.distribute(offence, address(tokens[1])), ALT_STAKE / 10);
        // Nor is it recorded as anyone's any more.
        eigenSource.recordDelegation(alice);
        (uint256 part,) = stakeSource.delegationAt(service, operator, Quorum.ETH, alice, _now());
        assertEq(part, 0);
    }

    /// The most that anyone can hold does not overflow what is recorded.
    function test_record_atTheEndOfTheScale() public {
        uint256 most = 1 << 170;
        _delegate(operator, Quorum.ALT, alice, most);
        _settle(operator);
        assertEq(_stake(operator, Quorum.ALT, _now()), type(uint160).max);
        (uint256 part, uint256 whole) =
            stakeSource.delegationAt(service, operator, Quorum.ALT, alice, _now());
        assertEq(part, type(uint128).max);
        assertEq(whole, part);
    }

    function test_onlyTheSourceSlashesItsSets() public {
        // The double checks the caller as AllocationManager does: one slasher a set.
        IStrategy[] memory list = new IStrategy[](1);
        list[0] = strategyFor[0];
        uint256[] memory wads = new uint256[](1);
        wads[0] = 1;
        (bool success, bytes memory reason) = address(eigen)
            .call(
                abi.encodeCall(
                    eigen.slashOperator,
                    (
                        address(eigenSource),
                        IAllocationManager.SlashingParams(
                            operator, eigenSource.operatorSetOf(service), list, wads, ""
                        )
                    )
                )
            );
        assertFalse(success);
        assertEq(bytes4(reason), EigenLayerDouble.InvalidCaller.selector);
    }

    /// forge-config: default.isolate = true
    function test_gas_eigenLayer() public {
        eigenSource.record(service, operator);
        vm.snapshotGasLastCall("EigenLayerStakeSource", "record: one strategy in each quorum");
        stakeSource.stakeAt(service, operator, Quorum.ETH, _now() - 1);
        vm.snapshotGasLastCall("EigenLayerStakeSource", "stakeAt: one strategy in each quorum");
    }
}

/// @notice The same where EigenLayer holds back for some days what was slashed.
contract EigenLayerStakeSourceDelayedTest is StakeSourceSuite, EigenLayerFixture {
    function _resolutionDelay() internal pure override returns (uint32) {
        return 28_800;
    }

    function test_whatIsHeldBackArrivesLater() public {
        bytes32 offence = _punish(operator, _now() - 1, "a");
        vm.prank(address(slasher));
        assertEq(stakeSource.collect(offence, address(tokens[0])), 0);
        vm.roll(vm.getBlockNumber() + 28_801);
        assertEq(slasher.distribute(offence, address(tokens[0])), ETH_STAKE / 10);
    }
}
