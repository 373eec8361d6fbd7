// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IAltDistribution
/// @notice Hands a token out to vesting wallets by a schedule fixed at deployment.
interface IAltDistribution {
    /// @notice One beneficiary's allocation.
    /// @param beneficiary Owner of the vesting wallet.
    /// @param amount In wei of the token.
    /// @param start Unix time the schedule begins.
    /// @param duration Seconds from the start to the end; 0 vests everything at the start.
    /// @param cliff Seconds from the start to the first release; at most `duration`.
    struct Allocation {
        address beneficiary;
        uint256 amount;
        uint64 start;
        uint64 duration;
        uint64 cliff;
    }

    event WalletCreated(
        uint256 indexed index, address indexed beneficiary, address wallet, uint256 amount
    );
    /// @notice Every allocation has its wallet and its tokens.
    /// @param total Sum of all allocations, in wei.
    event Completed(uint256 wallets, uint256 total);

    /// @notice The allocations given are not those the schedule goes on with.
    error NotNextInSchedule(bytes32 expected, bytes32 got);
    /// @notice The schedule has been carried out.
    error AlreadyComplete();

    /// @notice Hash of the allocations that are still to come; zero when there are none.
    function commitment() external view returns (bytes32);

    /// @notice Number of wallets created so far.
    function count() external view returns (uint256);

    /// @notice Wei handed to wallets so far.
    function distributed() external view returns (uint256);

    /// @notice The hash that commits to `allocations` followed by what `rest` commits to (zero:
    /// nothing), and the sum of their amounts.
    function hashSchedule(
        Allocation[] calldata allocations,
        bytes32 rest
    ) external pure returns (bytes32 hash, uint256 total);

    /// @notice Creates and funds the wallets of the next `allocations`. Anyone may call; the
    /// schedule decides. `rest` commits to what follows them. Fails while the balance does not
    /// cover them.
    function distribute(
        Allocation[] calldata allocations,
        bytes32 rest
    ) external;
}
