// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { AltToken } from "../../src/alt/AltToken.sol";
import { IAltToken } from "../../src/alt/interfaces/IAltToken.sol";
import { Test, stdError } from "forge-std/Test.sol";

/// @notice Keeps messages for a test to relay, as the CrossDomainMessengers of both chains do.
contract MessengerDouble {
    address public target;
    bytes public message;
    address public sender;
    address public xDomainMessageSender;

    function sendMessage(
        address target_,
        bytes calldata message_,
        uint32
    ) external payable {
        (target, message, sender) = (target_, message_, msg.sender);
    }

    function relay(
        address from,
        address to,
        bytes calldata data
    ) external {
        xDomainMessageSender = from;
        (bool success, bytes memory reason) = to.call(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(reason, 0x20), mload(reason))
            }
        }
    }
}

interface IStandardBridge {
    function bridgeERC20(
        address localToken,
        address remoteToken,
        uint256 amount,
        uint32 minGasLimit,
        bytes calldata extraData
    ) external;
    function finalizeBridgeERC20(
        address localToken,
        address remoteToken,
        address from,
        address to,
        uint256 amount,
        bytes calldata extraData
    ) external;
    function deposits(
        address localToken,
        address remoteToken
    ) external view returns (uint256);
}

interface IL1Initialize {
    function initialize(
        address messenger,
        address superchainConfig,
        address systemConfig
    ) external;
}

interface IL2Initialize {
    function initialize(
        address otherBridge
    ) external;
}

contract SuperchainConfigDouble {
    function paused() external pure returns (bool) {
        return false;
    }
}

/// @notice ALT between L1 and a rollup through the OP Stack's own bridges. One EVM holds both
/// chains, so the token, which has one address on both, has two here, and a relay puts one for the
/// other.
contract AltStandardBridgeTest is Test {
    string private constant ARTIFACTS =
        "../node_modules/@eth-optimism/contracts-bedrock/forge-artifacts/";
    address private constant L2_MESSENGER = 0x4200000000000000000000000000000000000007;
    address private constant L2_BRIDGE = 0x4200000000000000000000000000000000000010;
    address private constant L1_BRIDGE = address(0x1b1d9e);
    uint256 private constant L1_CHAIN = 1;
    uint256 private constant L2_CHAIN = 901;
    uint256 private constant CAP = 1_000_000e18;

    AltToken private l1Token;
    AltToken private l2Token;
    MessengerDouble private l1Messenger;
    address private alice = makeAddr("alice");

    function setUp() public {
        vm.warp(1_800_000_000);
        vm.chainId(L1_CHAIN);
        l1Token = new AltToken(L1_CHAIN, alice, address(this));
        l1Messenger = new MessengerDouble();
        vm.etch(
            L1_BRIDGE,
            vm.getDeployedCode(
                string.concat(ARTIFACTS, "L1StandardBridge.sol/L1StandardBridge.json")
            )
        );
        IL1Initialize(L1_BRIDGE)
            .initialize(address(l1Messenger), address(new SuperchainConfigDouble()), address(0));

        vm.chainId(L2_CHAIN);
        l2Token = new AltToken(L1_CHAIN, alice, address(this));
        l2Token.setBridgeLimits(L2_BRIDGE, CAP, CAP);
        vm.etch(L2_MESSENGER, address(l1Messenger).code);
        vm.etch(
            L2_BRIDGE,
            vm.getDeployedCode(
                string.concat(ARTIFACTS, "L2StandardBridge.sol/L2StandardBridge.json")
            )
        );
        IL2Initialize(L2_BRIDGE).initialize(L1_BRIDGE);
    }

    function _toRollup(
        uint256 amount
    ) private {
        vm.chainId(L1_CHAIN);
        vm.startPrank(alice, alice);
        l1Token.approve(L1_BRIDGE, amount);
        IStandardBridge(L1_BRIDGE)
            .bridgeERC20(address(l1Token), address(l1Token), amount, 200_000, "");
        vm.stopPrank();
    }

    function _fromRollup(
        uint256 amount
    ) private {
        vm.chainId(L2_CHAIN);
        vm.prank(alice, alice);
        IStandardBridge(L2_BRIDGE)
            .bridgeERC20(address(l2Token), address(l2Token), amount, 200_000, "");
    }

    function _relayToRollup() private {
        vm.chainId(L2_CHAIN);
        (address to, bytes memory data) = _translated(l1Messenger, address(l2Token));
        MessengerDouble(L2_MESSENGER).relay(L1_BRIDGE, to, data);
    }

    function _relayFromRollup() private {
        vm.chainId(L1_CHAIN);
        (address to, bytes memory data) =
            _translated(MessengerDouble(L2_MESSENGER), address(l1Token));
        l1Messenger.relay(L2_BRIDGE, to, data);
    }

    /// @dev The message with this EVM's address of the other chain's token.
    function _translated(
        MessengerDouble messenger,
        address token
    ) private view returns (address to, bytes memory data) {
        to = messenger.target();
        data = messenger.message();
        assembly ("memory-safe") {
            mstore(add(data, 0x24), token)
            mstore(add(data, 0x44), token)
        }
    }

    function _checkSupply() private view {
        uint256 locked = l1Token.balanceOf(L1_BRIDGE);
        assertEq(locked, l2Token.totalSupply());
        assertEq(l1Token.totalSupply() - locked + l2Token.totalSupply(), l1Token.SUPPLY());
    }

    function test_altMovesToTheRollupAndBack() public {
        _toRollup(1000e18);
        assertEq(l1Token.balanceOf(L1_BRIDGE), 1000e18);
        _relayToRollup();
        assertEq(l2Token.balanceOf(alice), 1000e18);
        _checkSupply();

        _fromRollup(400e18);
        assertEq(l2Token.balanceOf(alice), 600e18);
        _relayFromRollup();
        assertEq(l1Token.balanceOf(alice), l1Token.SUPPLY() - 600e18);
        _checkSupply();
        assertEq(IStandardBridge(L1_BRIDGE).deposits(address(l1Token), address(l1Token)), 600e18);
    }

    /// Above the limit a message fails, and waits with the messenger until the limit has refilled.
    function test_theLimitHoldsBackNotLoses() public {
        _toRollup(CAP);
        _relayToRollup();
        _toRollup(CAP);
        vm.expectRevert(
            abi.encodeWithSelector(IAltToken.BridgeLimitExceeded.selector, L2_BRIDGE, CAP, 0)
        );
        this.relayToRollup();
        vm.warp(block.timestamp + 1 days);
        _relayToRollup();
        assertEq(l2Token.balanceOf(alice), 2 * CAP);
        _checkSupply();
    }

    function relayToRollup() external {
        _relayToRollup();
    }

    /// What another bridge minted on the rollup is not locked on L1. Who takes it back through the
    /// StandardBridge waits until as much is, and nothing is paid out that is not there.
    function test_whatIsNotLockedWaitsUntilItIs() public {
        _toRollup(100e18);
        _relayToRollup();
        address other = makeAddr("another bridge");
        for (uint256 i = 0; i < 2; i++) {
            (i == 0 ? l1Token : l2Token).setBridgeLimits(other, CAP, CAP);
        }
        vm.startPrank(other);
        l1Token.crosschainBurn(alice, 50e18);
        l2Token.crosschainMint(alice, 50e18);
        vm.stopPrank();

        _fromRollup(150e18);
        vm.expectRevert(stdError.arithmeticError);
        this.relayFromRollup();
        assertEq(l1Token.balanceOf(L1_BRIDGE), 100e18);

        _toRollup(50e18);
        _relayFromRollup();
        assertEq(l1Token.balanceOf(L1_BRIDGE), 0);
        _relayToRollup();
        assertEq(l1Token.totalSupply() + l2Token.totalSupply(), l1Token.SUPPLY());
    }

    function relayFromRollup() external {
        _relayFromRollup();
    }

    function test_onlyTheOtherBridgeReleasesAndMints() public {
        _toRollup(1000e18);
        vm.chainId(L2_CHAIN);
        vm.expectRevert();
        IStandardBridge(L2_BRIDGE)
            .finalizeBridgeERC20(address(l2Token), address(l2Token), alice, alice, 1000e18, "");
        vm.chainId(L1_CHAIN);
        vm.expectRevert();
        IStandardBridge(L1_BRIDGE)
            .finalizeBridgeERC20(address(l1Token), address(l1Token), alice, alice, 1000e18, "");
        assertEq(l2Token.totalSupply(), 0);
    }
}
