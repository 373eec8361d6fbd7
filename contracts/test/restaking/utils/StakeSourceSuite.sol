// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IEvidenceModule } from "../../../src/restaking/interfaces/IEvidenceModule.sol";
import { ISlasher } from "../../../src/restaking/interfaces/ISlasher.sol";
import { IStakeSource, Quorum } from "../../../src/restaking/interfaces/IStakeSource.sol";
import { IStakeTable } from "../../../src/restaking/interfaces/IStakeTable.sol";
import { BlsKeys } from "./BlsKeys.sol";
import { SourceHooks } from "./SourceHooks.sol";

/// @notice What every stake source owes the rest of the system, on the whole system. A source joins
/// by saying how its protocol is used; the tests cannot tell which it is.
abstract contract StakeSourceSuite is SourceHooks {
    // --- stake ---

    function test_stakeIsWhatIsDelegated() public view {
        uint48 time = _now() - 1;
        assertEq(_stake(operator, Quorum.ETH, time), ETH_STAKE);
        assertEq(_stake(operator, Quorum.ALT, time), ALT_STAKE);
        assertTrue(stakeSource.isMember(service, operator, time));
    }

    function test_whoTakesNoPartHasNoStake() public view {
        assertEq(_stake(other, Quorum.ETH, _now() - 1), 0);
        assertFalse(stakeSource.isMember(service, other, _now() - 1));
        bytes32 unknown = keccak256("unknown service");
        assertEq(stakeSource.stakeAt(unknown, operator, Quorum.ETH, _now() - 1), 0);
        assertFalse(stakeSource.isMember(unknown, operator, _now() - 1));
    }

    function test_noStakeBeforeThereWasSome() public view {
        assertEq(_stake(operator, Quorum.ETH, 1_700_000_000), 0);
        assertFalse(stakeSource.isMember(service, operator, 1_700_000_000));
    }

    function test_thePastDoesNotChange() public {
        uint48 time = _now() - 1;
        _delegate(operator, Quorum.ETH, bob, ETH_STAKE);
        _settle(operator);
        _wait(1 days);
        _beginWithdrawal(operator, Quorum.ALT, alice, ALT_STAKE / 2);
        _exit(operator);
        _wait(1 days);
        assertEq(_stake(operator, Quorum.ETH, time), ETH_STAKE);
        assertEq(_stake(operator, Quorum.ALT, time), ALT_STAKE);
        assertTrue(stakeSource.isMember(service, operator, time));
        assertFalse(stakeSource.isMember(service, operator, _now() - 1));
    }

    function test_delegatorsShareByWhatTheyDelegated() public view {
        uint48 time = _now() - 1;
        (uint256 part, uint256 whole) =
            stakeSource.delegationAt(service, operator, Quorum.ETH, alice, time);
        assertEq(part * 4, whole * 3);
        (part, whole) = stakeSource.delegationAt(service, operator, Quorum.ETH, bob, time);
        assertEq(part * 4, whole);
        (part, whole) = stakeSource.delegationAt(service, operator, Quorum.ALT, bob, time);
        assertEq(part, 0);
        assertGt(whole, 0);
        (part, whole) = stakeSource.delegationAt(service, other, Quorum.ETH, alice, time);
        assertEq(whole, 0);
    }

    // --- tables ---

    function test_anOperatorGetsItsPlaceInTheTable() public {
        _takeSeat();
        IStakeTable.Table memory rolled = table.stakeTableOf(service, table.currentEpoch());
        assertEq(rolled.operators, 1);
        assertEq(rolled.totals[0], ETH_STAKE);
        assertEq(rolled.totals[1], ALT_STAKE);
    }

    function test_aSlashCountsInTheNextTableAtOnce() public {
        _takeSeat();
        _nextEpoch();
        _punish(operator, table.epochStart(table.currentEpoch()), "a");
        table.roll(service, 10);
        IStakeTable.Table memory rolled = table.stakeTableOf(service, table.currentEpoch());
        assertEq(rolled.totals[0], ETH_STAKE * 9 / 10);
        assertEq(rolled.totals[1], ALT_STAKE * 9 / 10);
    }

    function _takeSeat() private {
        _register(operator, BlsKeys.keys(1)[0]);
        _nextEpoch();
        _join(operator);
        _nextEpoch();
        assertTrue(table.roll(service, 10));
    }

    // --- slashes ---

    function test_aSlashTakesTheFractionInBothQuorums() public {
        uint48 time = _now() - 1;
        bytes32 offence = keccak256(abi.encode(OFFENCE_KIND, service, operator, bytes32("a")));
        evidence.prove(operator, time, "", IEvidenceModule.Offence(service, "a", reporter));
        vm.expectEmit(address(slasher));
        emit ISlasher.Slashed(
            offence, service, operator, OFFENCE_KIND, time, 0.1e18, [ETH_STAKE / 10, ALT_STAKE / 10]
        );
        slasher.slash(OFFENCE_KIND, operator, time, "", 0);
        _wait(12);
        assertEq(_stake(operator, Quorum.ETH, _now() - 1), ETH_STAKE * 9 / 10);
        assertEq(_stake(operator, Quorum.ALT, _now() - 1), ALT_STAKE * 9 / 10);
        assertEq(_arrived(offence, Quorum.ETH), ETH_STAKE / 10);
        assertEq(slasher.distribute(offence, address(tokens[1])), ALT_STAKE / 10);
        _checkNothingLeft(offence);
    }

    function _checkNothingLeft(
        bytes32 offence
    ) private {
        for (uint8 quorum = 0; quorum < 2; quorum++) {
            address asset = address(tokens[quorum]);
            vm.expectRevert(
                abi.encodeWithSelector(ISlasher.NothingReceived.selector, offence, asset)
            );
            slasher.distribute(offence, asset);
            assertEq(tokens[quorum].balanceOf(address(stakeSource)), 0);
        }
    }

    function test_everyDelegatorLosesItsShareExactly() public {
        _punish(operator, _now() - 1, "a");
        _beginWithdrawal(operator, Quorum.ETH, alice, ETH_STAKE * 3 / 4 * 9 / 10);
        _beginWithdrawal(operator, Quorum.ETH, bob, ETH_STAKE / 4 * 9 / 10);
        _wait(60 days);
        assertEq(_finishWithdrawal(operator, Quorum.ETH, alice), ETH_STAKE * 3 / 4 * 9 / 10);
        assertEq(_finishWithdrawal(operator, Quorum.ETH, bob), ETH_STAKE / 4 * 9 / 10);
    }

    function test_aSlashReachesStakeWhoseWithdrawalHasBegun() public {
        uint48 time = _now() - 1;
        _beginWithdrawal(operator, Quorum.ETH, alice, ETH_STAKE * 3 / 4);
        _beginWithdrawal(operator, Quorum.ETH, bob, ETH_STAKE / 4);
        _wait(WINDOW - 12);
        bytes32 offence = _punish(operator, time, "a");
        _wait(60 days);
        assertEq(_finishWithdrawal(operator, Quorum.ETH, alice), ETH_STAKE * 3 / 4 * 9 / 10);
        assertEq(_finishWithdrawal(operator, Quorum.ETH, bob), ETH_STAKE / 4 * 9 / 10);
        assertEq(_arrived(offence, Quorum.ETH), ETH_STAKE / 10);
    }

    function test_aSlashReachesAnOperatorThatLeft() public {
        uint48 time = _now() - 1;
        _exit(operator);
        _wait(WINDOW - 12);
        bytes32 offence = _punish(operator, time, "a");
        assertEq(_arrived(offence, Quorum.ETH), ETH_STAKE / 10);
        assertEq(slasher.distribute(offence, address(tokens[1])), ALT_STAKE / 10);
    }

    function test_twoOffencesOfOneTimeAreSharesOfTheSameStake() public {
        uint48 time = _now() - 1;
        _punish(operator, time, "a");
        _wait(12);
        _punish(operator, time, "b");
        _wait(12);
        assertApproxEqAbs(_stake(operator, Quorum.ETH, _now() - 1), ETH_STAKE * 8 / 10, 2);
        assertApproxEqAbs(_stake(operator, Quorum.ALT, _now() - 1), ALT_STAKE * 8 / 10, 2);
    }

    /// A small new offence, which the offender may report itself, must not shelter an old one.
    function test_aLaterSlashDoesNotHideAnEarlierOffence() public {
        uint48 time = _now() - 1;
        _wait(1 days);
        _settle(operator);
        _wait(1 days);
        _punish(operator, _now() - 1, "new");
        _wait(12);
        bytes32 old = _punish(operator, time, "old");
        _wait(12);
        assertApproxEqAbs(_stake(operator, Quorum.ETH, _now() - 1), ETH_STAKE * 8 / 10, 2);
        assertApproxEqAbs(_arrived(old, Quorum.ETH), ETH_STAKE / 10, 2);
    }

    function test_aSlashDoesNotReachBeyondTheWindow() public {
        uint48 time = _now() - 1;
        _wait(WINDOW);
        evidence.prove(operator, time, "", IEvidenceModule.Offence(service, "a", reporter));
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakeSource.OutsideSlashingWindow.selector,
                time,
                block.timestamp - WINDOW,
                block.timestamp - 1
            )
        );
        slasher.slash(OFFENCE_KIND, operator, time, "", 0);
    }

    function test_aSlashIsForATimeThatHasPassed() public {
        uint48 time = _now();
        evidence.prove(operator, time, "", IEvidenceModule.Offence(service, "a", reporter));
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakeSource.OutsideSlashingWindow.selector, time, time - WINDOW, time - 1
            )
        );
        slasher.slash(OFFENCE_KIND, operator, time, "", 0);
    }

    function test_allOfItCanBeSlashed() public {
        _setRule(1e18, 0, 0);
        _wait(24);
        _settle(operator);
        _wait(24);
        bytes32 offence = _punish(operator, _now() - 1, "a");
        _wait(12);
        assertEq(_stake(operator, Quorum.ETH, _now() - 1), 0);
        assertEq(_arrived(offence, Quorum.ETH), ETH_STAKE);
        _beginNothing();
    }

    /// @dev Whoever comes after a slash of everything is not kept from staking elsewhere.
    function _beginNothing() private {
        _enter(other);
        _delegate(other, Quorum.ETH, bob, ETH_STAKE);
        _settle(other);
        _wait(12);
        assertEq(_stake(other, Quorum.ETH, _now() - 1), ETH_STAKE);
    }

    function test_anOffenceOfSomeoneWithoutStakeRemovesNothing() public {
        bytes32 offence = _punish(other, _now() - 1, "a");
        vm.expectRevert(
            abi.encodeWithSelector(IStakeSource.NotRemoved.selector, offence, address(tokens[0]))
        );
        slasher.distribute(offence, address(tokens[0]));
    }

    function testFuzz_whatIsRemovedArrives(
        uint256 fraction,
        uint256 withdrawn
    ) public {
        fraction = bound(fraction, 1, 1e18);
        withdrawn = bound(withdrawn, 1, ETH_STAKE / 4);
        _setRule(uint64(fraction), 0, 0);
        _settle(operator);
        _wait(12);
        uint48 time = _now() - 1;
        _beginWithdrawal(operator, Quorum.ETH, bob, withdrawn);
        _wait(1 days);
        bytes32 offence = _punish(operator, time, "a");
        uint256 wanted = ETH_STAKE * fraction / 1e18;
        // A protocol may round by its own units, never by more than a few wei.
        if (wanted > 1000) assertApproxEqAbs(_arrived(offence, Quorum.ETH), wanted, 1000);
    }

    // --- rights ---

    function test_onlyTheSlasherSlashesAndCollects() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeSource.NotSlasher.selector, address(this)));
        stakeSource.slash(service, operator, 1, _now() - 1, "a");
        vm.expectRevert(abi.encodeWithSelector(IStakeSource.NotSlasher.selector, address(this)));
        stakeSource.collect("a", address(tokens[0]));
    }

    function test_noMoreThanAllIsSlashed() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeSource.FractionTooLarge.selector, 1e18 + 1));
        vm.prank(address(slasher));
        stakeSource.slash(service, operator, 1e18 + 1, _now() - 1, "a");
    }
}
