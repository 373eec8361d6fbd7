// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { Quorum } from "../../src/restaking/interfaces/IStakeSource.sol";
import { BlsKeys } from "./utils/BlsKeys.sol";
import { SymbioticFixture } from "./utils/SymbioticFixture.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { IDelegatorHook } from "@symbioticfi/core/src/interfaces/delegator/IDelegatorHook.sol";
import {
    INetworkRestakeDelegator
} from "@symbioticfi/core/src/interfaces/delegator/INetworkRestakeDelegator.sol";
import { IVault } from "@symbioticfi/core/src/interfaces/vault/IVault.sol";

/// @notice A hook that a vault's curator chose, called in the middle of a slash: it does what it
/// was told to, and then burns the gas that is left.
contract HostileHook is IDelegatorHook {
    address public target;
    bytes public call_;
    bool public succeeded;
    bool public wasCalled;
    bool private _burns;

    function tell(
        address target_,
        bytes calldata data,
        bool burns
    ) external {
        (target, call_, _burns, succeeded, wasCalled) = (target_, data, burns, false, false);
    }

    function onSlash(
        bytes32,
        address,
        uint256,
        uint48,
        bytes calldata
    ) external {
        if (_burns) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        wasCalled = true;
        if (target != address(0)) (succeeded,) = target.call(call_);
    }
}

/// @notice Symbiotic Core in hostile hands: curators, hooks, and the dearest stake there is.
contract SymbioticAttacksTest is SymbioticFixture {
    HostileHook internal hook;

    function setUp() public override {
        super.setUp();
        hook = new HostileHook();
        INetworkRestakeDelegator delegator = INetworkRestakeDelegator(vaults[0].delegator());
        vm.prank(curator);
        delegator.setHook(address(hook));
    }

    function _checkSlashed(
        bytes32 offence
    ) private {
        assertEq(vaults[0].activeStake(), ETH_STAKE * 9 / 10);
        assertEq(slasher.distribute(offence, address(tokens[0])), ETH_STAKE / 10);
        assertEq(slasher.distribute(offence, address(tokens[1])), ALT_STAKE / 10);
    }

    /// Tokens that come during a slash are not the slash's: a share of them would be the
    /// reporter's.
    function test_hook_thatSendsTokensAddsNothingToTheSlash() public {
        tokens[0].mint(address(hook), 50e18);
        hook.tell(
            address(tokens[0]), abi.encodeCall(IERC20.transfer, (address(symbiotic), 50e18)), false
        );
        bytes32 offence = _punish(operator, _now() - 1, "a");
        assertTrue(hook.succeeded());
        _checkSlashed(offence);
        assertEq(tokens[0].balanceOf(address(symbiotic)), 50e18);
        assertEq(symbiotic.held(address(tokens[0])), 0);
    }

    function test_hook_thatBurnsItsGasSparesNoVault() public {
        hook.tell(address(0), "", true);
        _checkSlashed(_punish(operator, _now() - 1, "a"));
    }

    function test_hook_thatCallsBackChangesNothing() public {
        bytes32 first = _punish(operator, _now() - 1, "a");
        bytes[] memory calls = new bytes[](3);
        calls[0] = abi.encodeCall(symbiotic.retry, (first, address(vaults[0])));
        calls[1] = abi.encodeCall(slasher.distribute, (first, address(tokens[0])));
        calls[2] = abi.encodeCall(slasher.claim, (reporter, address(tokens[0])));
        for (uint256 i = 0; i < calls.length; i++) {
            hook.tell(i == 0 ? address(symbiotic) : address(slasher), calls[i], false);
            _wait(12);
            _punish(operator, _now() - 13, bytes32(i));
            assertTrue(hook.wasCalled());
            assertFalse(hook.succeeded());
        }
        assertEq(slasher.distribute(first, address(tokens[0])), ETH_STAKE / 10);
    }

    /// The curator takes the operator's stake away when the offence is known.
    function test_curator_thatTakesTheStakeAwayIsTooLate() public {
        uint48 time = _now() - 1;
        INetworkRestakeDelegator delegator = INetworkRestakeDelegator(vaults[0].delegator());
        bytes32 subnetwork = symbiotic.subnetworkOf(service);
        vm.startPrank(curator);
        delegator.setOperatorNetworkShares(subnetwork, operator, 0);
        delegator.setNetworkLimit(subnetwork, 0);
        vm.stopPrank();
        vm.prank(operator);
        vaultOptIns.optOut(address(vaults[0]));
        _wait(WINDOW - 24);
        _checkSlashed(_punish(operator, time, "a"));
    }

    /// Both operators of one vault offend: each answers with its own share, and no more.
    function test_operatorsOfOneVaultAnswerForTheirOwnShare() public {
        vm.startPrank(other);
        symbioticOperators.registerOperator();
        networkOptIns.optIn(address(symbiotic));
        vaultOptIns.optIn(address(vaults[0]));
        address[] memory list = new address[](1);
        list[0] = address(vaults[0]);
        symbiotic.setVaults(service, list);
        vm.stopPrank();
        INetworkRestakeDelegator delegator = INetworkRestakeDelegator(vaults[0].delegator());
        bytes32 subnetwork = symbiotic.subnetworkOf(service);
        vm.prank(curator);
        delegator.setOperatorNetworkShares(subnetwork, other, 3e18);
        _wait(12);
        _setRule(1e18, 0, 0);
        _wait(12);
        uint48 time = _now() - 1;
        assertEq(_stake(operator, Quorum.ETH, time), ETH_STAKE / 4);
        assertEq(_stake(other, Quorum.ETH, time), ETH_STAKE * 3 / 4);
        bytes32 offence = _punish(operator, time, "a");
        assertEq(slasher.distribute(offence, address(tokens[0])), ETH_STAKE / 4);
        offence = _punish(operator, time, "again");
        assertEq(vaults[0].activeStake(), ETH_STAKE * 3 / 4);
        offence = _punish(other, time, "a");
        assertEq(slasher.distribute(offence, address(tokens[0])), ETH_STAKE * 3 / 4);
        assertEq(vaults[0].activeStake(), 0);
    }

    /// The dearest operator there is: as many vaults as it may have, and just slashed, so that its
    /// stake is read twice. Fifteen of them fit into a page of 15 million gas.
    ///
    /// forge-config: default.isolate = true
    function test_gas_rollOfTheDearestOperator() public {
        _restakeInFiveVaults();
        _register(operator, BlsKeys.keys(1)[0]);
        _nextEpoch();
        _join(operator);
        _nextEpoch();
        _punish(operator, table.epochStart(table.currentEpoch()), "a");
        table.roll(service, 1);
        uint256 used =
            vm.snapshotGasLastCall("SymbioticStakeSource", "roll: 1 operator, 5 vaults, slashed");
        assertLt(used, 1_000_000);
        uint48 epoch = table.currentEpoch();
        // What each vault holds less its slash, and ALT less its own.
        assertEq(table.stakeTableOf(service, epoch).totals[0], 4 * ETH_STAKE * 9 / 10);
        assertEq(table.stakeTableOf(service, epoch).totals[1], ALT_STAKE * 9 / 10);
    }

    function _restakeInFiveVaults() private {
        address[] memory list = new address[](5);
        (list[0], list[1]) = (address(vaults[0]), address(vaults[1]));
        for (uint256 i = 2; i < 5; i++) {
            IVault vault = _createVault(address(tokens[0]), address(symbiotic), WINDOW);
            _open(vault, operator);
            _give(Quorum.ETH, alice, ETH_STAKE);
            vm.startPrank(alice);
            tokens[0].approve(address(vault), ETH_STAKE);
            vault.deposit(alice, ETH_STAKE);
            vm.stopPrank();
            list[i] = address(vault);
        }
        for (uint256 i = 1; i < 5; i++) {
            for (uint256 j = i; j > 0 && list[j - 1] > list[j]; j--) {
                (list[j - 1], list[j]) = (list[j], list[j - 1]);
            }
        }
        vm.prank(operator);
        symbiotic.setVaults(service, list);
    }
}
