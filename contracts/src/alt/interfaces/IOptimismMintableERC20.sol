// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IERC165 } from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

/// @title IOptimismMintableERC20
/// @notice What the OP Stack's StandardBridge asks of a token it mints (OP Stack specs, "Bridges").
interface IOptimismMintableERC20 is IERC165 {
    /// @notice The token's address on the other chain.
    function remoteToken() external view returns (address);
    /// @notice The StandardBridge of this chain.
    function bridge() external returns (address);
    function mint(
        address to,
        uint256 amount
    ) external;
    function burn(
        address from,
        uint256 amount
    ) external;
}
