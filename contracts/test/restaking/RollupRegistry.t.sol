// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IRollupRegistry } from "../../src/restaking/interfaces/IRollupRegistry.sol";
import { SystemConfigDouble } from "./utils/Doubles.sol";
import { RestakingTest } from "./utils/RestakingTest.sol";
import { Ownable } from "@openzeppelin/contracts/access/Ownable.sol";

contract RollupRegistryTest is RestakingTest {
    address internal mallory = makeAddr("mallory");

    function _config() private returns (address) {
        return address(new SystemConfigDouble(address(this), address(operators)));
    }

    function test_register_readsTheContractsFromSystemConfig() public {
        address config = _config();
        vm.prank(address(timelock));
        rollups.register(902, config, rollupOwner, fund);
        IRollupRegistry.Rollup memory rollup = rollups.rollupOf(902);
        assertEq(rollup.owner, rollupOwner);
        assertEq(rollup.restitutionFund, fund);
        assertEq(rollup.systemConfig, config);
        assertEq(rollup.optimismPortal, address(this));
        assertEq(rollup.disputeGameFactory, address(operators));
    }

    function test_register_isGovernances() public {
        address config = _config();
        vm.expectRevert(
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, rollupOwner)
        );
        vm.prank(rollupOwner);
        rollups.register(902, config, rollupOwner, fund);
    }

    function test_register_isForGood() public {
        address config = _config();
        vm.expectRevert(
            abi.encodeWithSelector(IRollupRegistry.AlreadyRegistered.selector, CHAIN_ID)
        );
        vm.prank(address(timelock));
        rollups.register(CHAIN_ID, config, mallory, mallory);
    }

    function test_register_refusesWhatIsNoContract() public {
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(IRollupRegistry.InvalidAddress.selector, mallory));
        rollups.register(902, mallory, rollupOwner, fund);
        address config = address(new SystemConfigDouble(mallory, address(this)));
        vm.expectRevert(abi.encodeWithSelector(IRollupRegistry.InvalidAddress.selector, mallory));
        rollups.register(902, config, rollupOwner, fund);
        config = address(new SystemConfigDouble(address(this), address(0)));
        vm.expectRevert(abi.encodeWithSelector(IRollupRegistry.InvalidAddress.selector, address(0)));
        rollups.register(902, config, rollupOwner, fund);
        config = _config();
        vm.expectRevert(abi.encodeWithSelector(IRollupRegistry.InvalidAddress.selector, address(0)));
        rollups.register(902, config, address(0), fund);
        vm.expectRevert(abi.encodeWithSelector(IRollupRegistry.InvalidAddress.selector, address(0)));
        rollups.register(902, config, rollupOwner, address(0));
    }

    function test_unknownRollup() public {
        bytes memory unknown = abi.encodeWithSelector(IRollupRegistry.UnknownRollup.selector, 999);
        vm.expectRevert(unknown);
        rollups.rollupOf(999);
        vm.expectRevert(unknown);
        rollups.setRestitutionFund(999, fund);
        bytes32 other = rollups.serviceId(CHAIN_ID, "vital");
        vm.expectRevert(abi.encodeWithSelector(IRollupRegistry.UnknownService.selector, other));
        rollups.chainIdOf(other);
        vm.expectRevert(abi.encodeWithSelector(IRollupRegistry.UnknownService.selector, other));
        rollups.kindOf(other);
        assertFalse(rollups.settingsAt(other, uint48(block.timestamp)).enabled);
    }

    function test_settings_areTheRollupOwners() public {
        bytes memory refused = abi.encodeWithSelector(
            IRollupRegistry.NotRollupOwner.selector, CHAIN_ID, address(timelock)
        );
        IRollupRegistry.ServiceSettings memory settings;
        vm.startPrank(address(timelock));
        vm.expectRevert(refused);
        rollups.configureService(CHAIN_ID, KIND, settings);
        vm.expectRevert(refused);
        rollups.setRestitutionFund(CHAIN_ID, mallory);
        vm.expectRevert(refused);
        rollups.proposeOwner(CHAIN_ID, mallory);
    }

    function test_settings_firstAtOnceThenAfterTheDelay() public {
        uint48 start = uint48(block.timestamp);
        assertEq(rollups.chainIdOf(service), CHAIN_ID);
        assertEq(rollups.kindOf(service), KIND);
        assertTrue(rollups.settingsAt(service, start).enabled);
        assertFalse(rollups.settingsAt(service, start - 1).enabled);
        vm.warp(start + 10);
        _configure(false, 0, 7);
        uint48 at = start + 10 + SETTINGS_DELAY;
        IRollupRegistry.ServiceSettings memory settings = rollups.settingsAt(service, at - 1);
        assertTrue(settings.enabled);
        assertEq(settings.minStake[0], MIN_ETH);
        assertEq(settings.minStake[1], MIN_ALT);
        settings = rollups.settingsAt(service, at);
        assertFalse(settings.enabled);
        assertEq(settings.minStake[0], 0);
        assertEq(settings.minStake[1], 7);
    }

    function testFuzz_settings_keepEveryBit(
        uint96 eth,
        uint96 alt,
        bool enabled
    ) public {
        eth = uint96(bound(eth, 1, type(uint96).max));
        alt = uint96(bound(alt, 1, type(uint96).max));
        _configure(enabled, eth, alt);
        IRollupRegistry.ServiceSettings memory settings =
            rollups.settingsAt(service, uint48(block.timestamp) + SETTINGS_DELAY);
        assertEq(settings.enabled, enabled);
        assertEq(settings.minStake[0], eth);
        assertEq(settings.minStake[1], alt);
    }

    function test_settings_needAMinimumInEveryQuorum() public {
        vm.startPrank(rollupOwner);
        vm.expectRevert(abi.encodeWithSelector(IRollupRegistry.MinimumStakeZero.selector, 0));
        rollups.configureService(
            CHAIN_ID, KIND, IRollupRegistry.ServiceSettings(true, [uint96(0), 1])
        );
        vm.expectRevert(abi.encodeWithSelector(IRollupRegistry.MinimumStakeZero.selector, 1));
        rollups.configureService(
            CHAIN_ID, KIND, IRollupRegistry.ServiceSettings(true, [uint96(1), 0])
        );
    }

    function test_ownership_isHandedOverInTwoSteps() public {
        address heir = makeAddr("heir");
        vm.prank(rollupOwner);
        rollups.proposeOwner(CHAIN_ID, heir);
        assertEq(rollups.rollupOf(CHAIN_ID).owner, rollupOwner);
        vm.expectRevert(
            abi.encodeWithSelector(IRollupRegistry.NotProposedOwner.selector, CHAIN_ID, mallory)
        );
        vm.prank(mallory);
        rollups.acceptOwner(CHAIN_ID);
        vm.prank(heir);
        rollups.acceptOwner(CHAIN_ID);
        assertEq(rollups.rollupOf(CHAIN_ID).owner, heir);
        vm.expectRevert(
            abi.encodeWithSelector(IRollupRegistry.NotProposedOwner.selector, CHAIN_ID, heir)
        );
        vm.prank(heir);
        rollups.acceptOwner(CHAIN_ID);
    }

    function test_restitutionFund() public {
        vm.startPrank(rollupOwner);
        rollups.setRestitutionFund(CHAIN_ID, mallory);
        assertEq(rollups.rollupOf(CHAIN_ID).restitutionFund, mallory);
        vm.expectRevert(abi.encodeWithSelector(IRollupRegistry.InvalidAddress.selector, address(0)));
        rollups.setRestitutionFund(CHAIN_ID, address(0));
    }
}
