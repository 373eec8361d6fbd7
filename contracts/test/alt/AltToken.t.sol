// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { AltToken } from "../../src/alt/AltToken.sol";
import { IAltToken } from "../../src/alt/interfaces/IAltToken.sol";
import { IOptimismMintableERC20 } from "../../src/alt/interfaces/IOptimismMintableERC20.sol";
import { Ownable } from "@openzeppelin/contracts/access/Ownable.sol";
import { IERC20Errors } from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import { IERC7802 } from "@openzeppelin/contracts/interfaces/draft-IERC7802.sol";
import { ERC20Permit } from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import { Nonces } from "@openzeppelin/contracts/utils/Nonces.sol";
import { Test } from "forge-std/Test.sol";

contract AltTokenTest is Test {
    uint256 internal constant HOME = 1;
    uint256 internal constant AWAY = 56;

    AltToken internal home;
    AltToken internal away;
    address internal holder = makeAddr("holder");
    address internal owner = makeAddr("owner");
    address internal bridge = makeAddr("bridge");
    address internal user = makeAddr("user");

    function setUp() public {
        vm.warp(1_800_000_000);
        vm.chainId(AWAY);
        away = new AltToken(HOME, holder, owner);
        vm.chainId(HOME);
        home = new AltToken(HOME, holder, owner);
    }

    function test_mintsTheSupplyOnTheHomeChainOnly() public view {
        assertEq(home.totalSupply(), 10_000_000_000 ether);
        assertEq(home.balanceOf(holder), home.SUPPLY());
        assertEq(away.totalSupply(), 0);
        assertEq(home.decimals(), 18);
        assertEq(home.symbol(), "ALT");
    }

    function test_hasTheSameAddressOnEveryChain() public {
        bytes memory code =
            abi.encodePacked(type(AltToken).creationCode, abi.encode(HOME, holder, owner));
        address expected = vm.computeCreate2Address(bytes32(0), keccak256(code), address(this));
        uint256 snapshot = vm.snapshotState();
        for (uint256 chain = HOME; chain <= AWAY; chain += AWAY - HOME) {
            vm.chainId(chain);
            assertEq(address(new AltToken{ salt: 0 }(HOME, holder, owner)), expected);
            vm.revertToState(snapshot);
        }
    }

    function test_isTheStandardBridgesToMintAwayFromHomeOnly() public {
        bytes4 mintable = type(IOptimismMintableERC20).interfaceId;
        assertEq(mintable, bytes4(0xec4fc8e3), "the interface id of the OP Stack's contracts");
        assertFalse(home.supportsInterface(mintable));
        vm.chainId(AWAY);
        assertTrue(away.supportsInterface(mintable));
        assertTrue(away.supportsInterface(type(IERC7802).interfaceId));
        assertEq(away.remoteToken(), address(away));
        assertEq(away.bridge(), 0x4200000000000000000000000000000000000010);
    }

    function test_onlyTheOwnerSetsLimits() public {
        vm.expectRevert(
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this))
        );
        away.setBridgeLimits(bridge, 1, 1);
        uint256 tooMuch = away.SUPPLY() + 1;
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IAltToken.CapAboveSupply.selector, tooMuch));
        away.setBridgeLimits(bridge, tooMuch, 0);
        vm.expectRevert(abi.encodeWithSelector(IAltToken.CapAboveSupply.selector, tooMuch));
        away.setBridgeLimits(bridge, 0, tooMuch);
        vm.expectEmit();
        emit IAltToken.BridgeLimitsSet(bridge, 3, 4);
        away.setBridgeLimits(bridge, 3, 4);
        (uint256 mintCap, uint256 burnCap) = away.bridgeLimits(bridge);
        assertEq(mintCap, 3);
        assertEq(burnCap, 4);
    }

    function test_nobodyElseMintsOrBurns() public {
        bytes memory denied = abi.encodeWithSelector(IAltToken.NotBridge.selector, address(this));
        vm.expectRevert(denied);
        away.crosschainMint(user, 1);
        vm.expectRevert(denied);
        away.mint(user, 1);
        vm.expectRevert(denied);
        home.crosschainBurn(holder, 1);
        vm.expectRevert(denied);
        home.burn(holder, 1);
        vm.expectRevert(denied);
        away.crosschainMint(user, 0);
    }

    function test_aMintingBridgeMayNotBurn() public {
        vm.prank(owner);
        away.setBridgeLimits(bridge, 100, 0);
        vm.startPrank(bridge);
        vm.expectEmit();
        emit IERC7802.CrosschainMint(user, 60, bridge);
        away.crosschainMint(user, 60);
        vm.expectRevert(abi.encodeWithSelector(IAltToken.NotBridge.selector, bridge));
        away.crosschainBurn(user, 1);
    }

    function test_limitsRefillWithinADay() public {
        vm.prank(owner);
        away.setBridgeLimits(bridge, 86_400, 86_400);
        vm.startPrank(bridge);
        away.crosschainMint(user, 86_400);
        assertEq(away.mintable(bridge), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IAltToken.BridgeLimitExceeded.selector, bridge, 1, 0)
        );
        away.crosschainMint(user, 1);
        skip(100);
        assertEq(away.mintable(bridge), 100);
        away.mint(user, 100);
        assertEq(away.burnable(bridge), 86_400, "burning has a limit of its own");
        away.burn(user, 86_400);
        skip(1 days);
        assertEq(away.mintable(bridge), 86_400);
        skip(10 days);
        assertEq(away.mintable(bridge), 86_400, "never above the cap");
    }

    function test_aNewCapDoesNotForgetWhatWasUsed() public {
        vm.prank(owner);
        away.setBridgeLimits(bridge, 1000, 0);
        vm.prank(bridge);
        away.crosschainMint(user, 700);
        vm.startPrank(owner);
        away.setBridgeLimits(bridge, 500, 0);
        assertEq(away.mintable(bridge), 0);
        away.setBridgeLimits(bridge, 2000, 0);
        assertLe(away.mintable(bridge), 1500);
        away.setBridgeLimits(bridge, 0, 0);
        vm.stopPrank();
        vm.prank(bridge);
        vm.expectRevert(abi.encodeWithSelector(IAltToken.NotBridge.selector, bridge));
        away.crosschainMint(user, 1);
    }

    /// The bucket has no window whose edge could be used twice: a day less a second after it was
    /// emptied it is not full yet, and what a use leaves refills at the same pace.
    function test_limitsHaveNoEdge() public {
        vm.prank(owner);
        away.setBridgeLimits(bridge, 86_400, 0);
        vm.startPrank(bridge);
        away.crosschainMint(user, 86_400);
        skip(1 days - 1);
        assertEq(away.mintable(bridge), 86_399);
        vm.expectRevert(
            abi.encodeWithSelector(IAltToken.BridgeLimitExceeded.selector, bridge, 86_400, 86_399)
        );
        away.crosschainMint(user, 86_400);
        away.crosschainMint(user, 86_399);
        skip(1);
        assertEq(away.mintable(bridge), 1);
        skip(1 days);
        assertEq(away.mintable(bridge), 86_400);
        vm.stopPrank();
    }

    /// Zero, the whole supply and the largest number there is.
    function test_limitsAtTheEndsOfTheScale() public {
        uint256 supply = away.SUPPLY();
        vm.prank(owner);
        away.setBridgeLimits(bridge, supply, supply);
        vm.startPrank(bridge);
        away.crosschainMint(user, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAltToken.BridgeLimitExceeded.selector, bridge, type(uint256).max, supply
            )
        );
        away.crosschainMint(user, type(uint256).max);
        away.crosschainMint(user, supply);
        assertEq(away.mintable(bridge), 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAltToken.BridgeLimitExceeded.selector, bridge, type(uint256).max, supply
            )
        );
        away.crosschainBurn(user, type(uint256).max);
        away.crosschainBurn(user, supply);
        assertEq(away.totalSupply(), 0);
        vm.stopPrank();
    }

    /// A bridge that is struck off mints nothing of what is in flight; named again, it can deliver.
    function test_aBridgeStruckOffDeliversNothing() public {
        vm.startPrank(owner);
        away.setBridgeLimits(bridge, 1000, 1000);
        away.setBridgeLimits(bridge, 0, 0);
        vm.stopPrank();
        bytes memory refused = abi.encodeWithSelector(IAltToken.NotBridge.selector, bridge);
        vm.startPrank(bridge);
        vm.expectRevert(refused);
        away.crosschainMint(user, 1);
        vm.expectRevert(refused);
        away.burn(user, 0);
        vm.stopPrank();
        vm.prank(owner);
        away.setBridgeLimits(bridge, 1000, 0);
        vm.prank(bridge);
        away.crosschainMint(user, 1000);
    }

    /// Within any day a bridge gets at most twice its cap: a full bucket and a day's refill.
    function testFuzz_aDayYieldsAtMostTwoCaps(
        uint256 cap,
        uint256[12] memory amounts,
        uint16[12] memory gaps
    ) public {
        cap = bound(cap, 1, away.SUPPLY() / 4);
        vm.prank(owner);
        away.setBridgeLimits(bridge, cap, 0);
        uint256 end = block.timestamp + 1 days;
        uint256 minted;
        for (uint256 i = 0; i < amounts.length && block.timestamp + gaps[i] < end; i++) {
            skip(gaps[i]);
            uint256 amount = bound(amounts[i], 0, away.mintable(bridge));
            vm.prank(bridge);
            away.crosschainMint(user, amount);
            minted += amount;
        }
        assertLe(minted, 2 * cap);
        assertEq(away.totalSupply(), minted);
    }

    function testFuzz_burnsOnlyWhatTheHolderHas(
        uint256 has,
        uint256 burned
    ) public {
        has = bound(has, 0, 1e27);
        burned = bound(burned, 0, 1e27);
        vm.prank(owner);
        away.setBridgeLimits(bridge, 1e27, 1e27);
        vm.startPrank(bridge);
        away.crosschainMint(user, has);
        if (burned > has) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IERC20Errors.ERC20InsufficientBalance.selector, user, has, burned
                )
            );
        }
        away.crosschainBurn(user, burned);
        assertEq(away.balanceOf(user), burned > has ? has : has - burned);
    }

    function test_votesAreCountedByTimestamp() public {
        assertEq(home.clock(), block.timestamp);
        assertEq(home.CLOCK_MODE(), "mode=timestamp");
        vm.prank(holder);
        home.delegate(user);
        uint256 start = block.timestamp;
        skip(1);
        vm.prank(holder);
        home.transfer(owner, 1 ether);
        skip(1);
        assertEq(home.getPastVotes(user, start), home.SUPPLY());
        assertEq(home.getPastVotes(user, start + 1), home.SUPPLY() - 1 ether);
        assertEq(home.getVotes(owner), 0, "votes count once they are delegated");
    }

    /// @dev Signs an ERC-2612 permit of `value` for `user` under the domain the token has now.
    function _signPermit(
        uint256 key,
        address signer,
        uint256 value,
        uint256 deadline
    ) private view returns (uint8 v, bytes32 r, bytes32 s) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
                ),
                signer,
                user,
                value,
                home.nonces(signer),
                deadline
            )
        );
        return vm.sign(
            key, keccak256(abi.encodePacked("\x19\x01", home.DOMAIN_SEPARATOR(), structHash))
        );
    }

    function test_permits() public {
        (address signer, uint256 key) = makeAddrAndKey("signer");
        (uint8 v, bytes32 r, bytes32 s) = _signPermit(key, signer, 5 ether, block.timestamp);
        home.permit(signer, user, 5 ether, block.timestamp, v, r, s);
        assertEq(home.allowance(signer, user), 5 ether);
        assertEq(home.nonces(signer), 1);
    }

    function test_permit_countsOnceInTimeAndOnItsChain() public {
        (address signer, uint256 key) = makeAddrAndKey("signer");
        uint256 deadline = block.timestamp + 1;
        (uint8 v, bytes32 r, bytes32 s) = _signPermit(key, signer, 5 ether, deadline);
        // The chain forks: what was signed before is of the other branch.
        vm.chainId(HOME + 1);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        home.permit(signer, user, 5 ether, deadline, v, r, s);
        vm.chainId(HOME);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        home.permit(signer, user, 6 ether, deadline, v, r, s);
        home.permit(signer, user, 5 ether, deadline, v, r, s);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        home.permit(signer, user, 5 ether, deadline, v, r, s);
        (v, r, s) = _signPermit(key, signer, 7 ether, deadline);
        vm.warp(deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, deadline)
        );
        home.permit(signer, user, 7 ether, deadline, v, r, s);
    }

    /// Delegation by signature and permit share a nonce: neither can be replayed as the other.
    function test_delegationBySignatureCountsOnce() public {
        (address signer, uint256 key) = makeAddrAndKey("signer");
        vm.prank(holder);
        home.transfer(signer, 3 ether);
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Delegation(address delegatee,uint256 nonce,uint256 expiry)"),
                user,
                0,
                block.timestamp
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(
            key, keccak256(abi.encodePacked("\x19\x01", home.DOMAIN_SEPARATOR(), structHash))
        );
        home.delegateBySig(user, 0, block.timestamp, v, r, s);
        assertEq(home.getVotes(user), 3 ether);
        vm.expectRevert(abi.encodeWithSelector(Nonces.InvalidAccountNonce.selector, signer, 1));
        home.delegateBySig(user, 0, block.timestamp, v, r, s);
    }

    function test_ownershipMovesInTwoSteps() public {
        vm.prank(owner);
        home.transferOwnership(user);
        assertEq(home.owner(), owner);
        vm.prank(user);
        home.acceptOwnership();
        assertEq(home.owner(), user);
    }
}

/// Moves ALT between three chains over bridges, transfers and delegates, in any order.
contract AltTokenHandler is Test {
    AltToken[3] public tokens;
    address[3] internal actors = [address(0xa1), address(0xa2), address(0xa3)];
    /// Burned on one chain and not yet minted on another.
    uint256 public inFlight;
    uint256 public burned;
    uint256 public minted;

    constructor(
        AltToken[3] memory tokens_
    ) {
        tokens = tokens_;
    }

    /// @dev The first from there on who has any.
    function _holder(
        uint256 chain,
        uint256 from
    ) private view returns (AltToken token, address holder) {
        for (uint256 i = 0; i < 9; i++) {
            (token, holder) = (tokens[(chain % 3 + i / 3) % 3], actors[(from % 3 + i) % 3]);
            if (token.balanceOf(holder) > 0) break;
        }
    }

    function transfer(
        uint256 chain,
        uint256 from,
        uint256 to,
        uint256 amount
    ) external {
        (AltToken token, address sender) = _holder(chain, from);
        amount = bound(amount, 0, token.balanceOf(sender));
        vm.prank(sender);
        token.transfer(actors[to % 3], amount);
    }

    function burn(
        uint256 chain,
        uint256 from,
        uint256 amount
    ) external {
        (AltToken token, address sender) = _holder(chain, from);
        uint256 most = token.balanceOf(sender);
        if (most > token.burnable(address(this))) most = token.burnable(address(this));
        amount = bound(amount, 0, most);
        token.crosschainBurn(sender, amount);
        inFlight += amount;
        burned += amount;
    }

    function mint(
        uint256 chain,
        uint256 to,
        uint256 amount
    ) external {
        AltToken token = tokens[chain % 3];
        uint256 most = inFlight;
        if (most > token.mintable(address(this))) most = token.mintable(address(this));
        amount = bound(amount, 0, most);
        token.crosschainMint(actors[to % 3], amount);
        inFlight -= amount;
        minted += amount;
    }

    function delegate(
        uint256 chain,
        uint256 from,
        uint256 to
    ) external {
        vm.prank(actors[from % 3]);
        tokens[chain % 3].delegate(actors[to % 3]);
    }

    function pass(
        uint16 time
    ) external {
        skip(time);
    }

    /// Votes a second ago: those that a proposal with its snapshot then would count.
    function votes(
        AltToken token
    ) external view returns (uint256 current, uint256 past) {
        for (uint256 i = 0; i < 3; i++) {
            current += token.getVotes(actors[i]);
            past += token.getPastVotes(actors[i], block.timestamp - 1);
        }
    }

    function balances(
        AltToken token
    ) external view returns (uint256 sum) {
        for (uint256 i = 0; i < 3; i++) {
            sum += token.balanceOf(actors[i]);
        }
    }
}

contract AltTokenInvariants is Test {
    AltTokenHandler internal handler;
    AltToken[3] internal tokens;

    function setUp() public {
        vm.warp(1_800_000_000);
        for (uint256 i = 0; i < 3; i++) {
            vm.chainId(i + 1);
            tokens[i] = new AltToken(1, address(0xa1), address(this));
        }
        handler = new AltTokenHandler(tokens);
        for (uint256 i = 0; i < 3; i++) {
            tokens[i].setBridgeLimits(address(handler), 3e27, 3e27);
        }
        targetContract(address(handler));
    }

    function invariant_supplyOverAllChainsIsConstant() public view {
        uint256 supply = handler.inFlight();
        for (uint256 i = 0; i < 3; i++) {
            supply += tokens[i].totalSupply();
        }
        assertEq(supply, tokens[0].SUPPLY());
        assertEq(handler.burned(), handler.minted() + handler.inFlight());
    }

    function invariant_balancesAddUpAndVotesNeverExceedThem() public view {
        for (uint256 i = 0; i < 3; i++) {
            assertEq(handler.balances(tokens[i]), tokens[i].totalSupply());
            (uint256 current, uint256 past) = handler.votes(tokens[i]);
            assertLe(current, tokens[i].totalSupply());
            assertLe(past, tokens[i].getPastTotalSupply(block.timestamp - 1));
        }
    }
}
