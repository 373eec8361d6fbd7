// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { AltGovernor } from "../../src/alt/AltGovernor.sol";
import { AltToken } from "../../src/alt/AltToken.sol";
import { IGovernor } from "@openzeppelin/contracts/governance/IGovernor.sol";
import { TimelockController } from "@openzeppelin/contracts/governance/TimelockController.sol";
import { Test } from "forge-std/Test.sol";

contract AltGovernorTest is Test {
    uint256 internal constant DELAY = 2 days;

    AltToken internal token;
    TimelockController internal timelock;
    AltGovernor internal governor;
    address internal whale = makeAddr("whale");
    address internal voter = makeAddr("voter");
    address internal late = makeAddr("late");
    address internal bridge = makeAddr("bridge");

    address[] internal targets;
    uint256[] internal values;
    bytes[] internal calldatas;

    function setUp() public {
        vm.warp(1_800_000_000);
        token = new AltToken(block.chainid, whale, address(this));
        address[] memory none = new address[](0);
        address[] memory anyone = new address[](1);
        timelock = new TimelockController(DELAY, none, anyone, address(this));
        governor = new AltGovernor(
            token,
            timelock,
            AltGovernor.Settings({
                votingDelay: 1 days,
                votingPeriod: 7 days,
                proposalThreshold: 1_000_000 ether,
                quorumPercent: 4,
                lateQuorumExtension: 2 days
            })
        );
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(governor));
        timelock.grantRole(timelock.CANCELLER_ROLE(), address(governor));
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), address(this));
        // The timelock owns what governance decides about: here, the bridges' limits.
        token.transferOwnership(address(timelock));
        targets.push(address(token));
        values.push(0);
        calldatas.push(abi.encodeCall(token.acceptOwnership, ()));
        targets.push(address(token));
        values.push(0);
        calldatas.push(abi.encodeCall(token.setBridgeLimits, (bridge, 5 ether, 6 ether)));

        vm.startPrank(whale);
        token.transfer(voter, token.SUPPLY() * 3 / 100);
        token.transfer(late, token.SUPPLY() * 3 / 100);
        vm.stopPrank();
        for (uint256 i = 0; i < 2; i++) {
            address holder = i == 0 ? voter : late;
            vm.prank(holder);
            token.delegate(holder);
        }
        skip(1);
    }

    function _propose() private returns (uint256 id) {
        vm.prank(voter);
        id = governor.propose(targets, values, calldatas, "limits");
        skip(1 days + 1);
    }

    function _vote(
        address from,
        uint256 id,
        uint8 support
    ) private {
        vm.prank(from);
        governor.castVote(id, support);
    }

    function test_proposeVoteQueueExecute() public {
        uint256 id = _propose();
        _vote(voter, id, 1);
        _vote(late, id, 1);
        skip(7 days);
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Succeeded));
        governor.queue(targets, values, calldatas, keccak256("limits"));
        vm.expectRevert();
        governor.execute(targets, values, calldatas, keccak256("limits"));
        skip(DELAY);
        governor.execute(targets, values, calldatas, keccak256("limits"));
        assertEq(token.owner(), address(timelock));
        (uint256 mintCap, uint256 burnCap) = token.bridgeLimits(bridge);
        assertEq(mintCap, 5 ether);
        assertEq(burnCap, 6 ether);
    }

    function test_belowQuorumIsDefeated() public {
        uint256 id = _propose();
        _vote(voter, id, 1);
        skip(7 days);
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Defeated));
    }

    function test_aLateQuorumExtendsTheVote() public {
        uint256 id = _propose();
        _vote(voter, id, 1);
        skip(7 days - 100);
        uint256 before = governor.proposalDeadline(id);
        _vote(late, id, 1);
        assertEq(governor.proposalDeadline(id), block.timestamp + 2 days);
        assertGt(governor.proposalDeadline(id), before);
    }

    function test_proposingTakesVotes() public {
        address poor = makeAddr("poor");
        vm.prank(poor);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector, poor, 0, 1_000_000 ether
            )
        );
        governor.propose(targets, values, calldatas, "limits");
    }

    /// Votes borrowed for one transaction count for nothing: the snapshot lies in the future of the
    /// proposal and in the past of the vote.
    function test_flashLoanedVotesDoNotCount() public {
        uint256 id = _propose();
        address borrower = makeAddr("borrower");
        uint256 loan = token.SUPPLY() / 2;
        vm.prank(whale);
        token.transfer(borrower, loan);
        vm.startPrank(borrower);
        token.delegate(borrower);
        assertEq(governor.castVote(id, 0), 0);
        token.transfer(whale, loan);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector, borrower, 0, 1_000_000 ether
            )
        );
        governor.propose(targets, values, calldatas, "borrowed");
        vm.stopPrank();
    }

    /// Someone proposes the same first, to be able to cancel it: a description that names its
    /// proposer is that proposer's alone.
    function test_aProposalCannotBeFrontRun() public {
        string memory mine = string.concat("limits#proposer=", vm.toString(voter));
        vm.prank(late);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorRestrictedProposer.selector, late));
        governor.propose(targets, values, calldatas, mine);
        vm.prank(voter);
        uint256 id = governor.propose(targets, values, calldatas, mine);
        assertEq(governor.proposalProposer(id), voter);
    }

    /// Votes count where they were at the snapshot: not again with who got them after it.
    function test_votesThatMoveAfterTheSnapshotCountOnce() public {
        uint256 id = _propose();
        _vote(voter, id, 1);
        uint256 balance = token.balanceOf(voter);
        vm.prank(voter);
        token.transfer(whale, balance);
        vm.startPrank(whale);
        token.delegate(whale);
        skip(1);
        assertEq(governor.castVote(id, 1), 0);
        vm.stopPrank();
        (, uint256 inFavour,) = governor.proposalVotes(id);
        assertEq(inFavour, balance);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, voter));
        _vote(voter, id, 1);
    }

    /// A quorum reached in time extends nothing, and what extends, extends once.
    function test_anEarlyQuorumExtendsNothing() public {
        uint256 id = _propose();
        uint256 before = governor.proposalDeadline(id);
        _vote(voter, id, 1);
        _vote(late, id, 1);
        assertEq(governor.proposalDeadline(id), before);
        vm.prank(whale);
        token.delegate(whale);
        skip(7 days - 10);
        _vote(whale, id, 0);
        assertEq(governor.proposalDeadline(id), before);
    }

    /// What governs itself does so by a vote: nobody else changes delay, period, quorum or
    /// timelock.
    function test_settingsAreGovernancesOwn() public {
        bytes[5] memory calls = [
            abi.encodeCall(governor.setVotingDelay, (1)),
            abi.encodeCall(governor.setVotingPeriod, (1)),
            abi.encodeCall(governor.setProposalThreshold, (0)),
            abi.encodeCall(governor.updateQuorumNumerator, (0)),
            abi.encodeCall(governor.setLateQuorumVoteExtension, (0))
        ];
        bytes memory refused =
            abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, whale);
        for (uint256 i = 0; i < calls.length; i++) {
            vm.prank(whale);
            (bool success, bytes memory reason) = address(governor).call(calls[i]);
            assertFalse(success);
            assertEq(reason, refused);
        }
        vm.prank(whale);
        vm.expectRevert(refused);
        governor.relay(address(token), 0, "");
    }

    function test_aProposerTakesItsProposalBackBeforeTheVote() public {
        vm.prank(voter);
        uint256 id = governor.propose(targets, values, calldatas, "limits");
        assertTrue(governor.proposalNeedsQueuing(id));
        vm.prank(late);
        vm.expectRevert();
        governor.cancel(targets, values, calldatas, keccak256("limits"));
        vm.prank(voter);
        governor.cancel(targets, values, calldatas, keccak256("limits"));
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Canceled));
    }

    function test_nobodyBypassesTheTimelock() public {
        vm.prank(whale);
        vm.expectRevert();
        timelock.schedule(targets[0], 0, calldatas[1], 0, 0, DELAY);
        assertFalse(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), address(this)));
    }
}
