// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IServiceFees
/// @notice Rollups prepay their services in ALT; each epoch that has passed costs the rate of its
/// time, which goes to the pot of those who served in it.
///
/// A service is served from the epoch after its first prepayment. When what is left does not cover
/// the current epoch and the notice period, anyone gives notice; the service ends when the notice
/// period has passed, unless a payment meanwhile covers the epochs not consumed yet, the current
/// one and a notice period. The rollup's owner can give notice at any time, make others' notice its
/// own, and takes back what is left after the end. Its own notice is withdrawn, and the service it
/// ended begun anew, by its own payment alone.
interface IServiceFees {
    /// @param balance Prepaid and not consumed, in wei of ALT.
    /// @param nextEpoch First epoch that is not consumed; 0 for a service that never began.
    /// @param endEpoch Last epoch served; 0 while no notice is given.
    /// @param byOwner The rollup's owner gave the notice: only its own payment withdraws it, or
    /// begins the service anew.
    struct Account {
        uint128 balance;
        uint48 nextEpoch;
        uint48 endEpoch;
        bool byOwner;
    }

    /// @notice Wei of ALT that a service of `kind` costs an epoch.
    struct Rate {
        bytes32 kind;
        uint256 rate;
    }

    /// @notice `rate` wei of ALT an epoch holds for services of `kind` from `fromEpoch` on.
    event RateSet(bytes32 indexed kind, uint256 rate, uint48 fromEpoch);
    event Prepaid(bytes32 indexed service, address indexed payer, uint256 amount);
    event ServiceStarted(bytes32 indexed service, uint48 firstEpoch);
    event EpochConsumed(bytes32 indexed service, uint48 indexed epoch, uint256 amount);
    /// @notice The epoch was served for less than its rate: no one had given notice in time.
    event Underpaid(bytes32 indexed service, uint48 indexed epoch, uint256 rate, uint256 amount);
    /// @notice The service ends with `endEpoch`, unless it is prepaid again. Told once more when
    /// the rollup's owner makes others' notice its own.
    event NoticeGiven(bytes32 indexed service, uint48 endEpoch);
    event NoticeWithdrawn(bytes32 indexed service);
    event ServiceEnded(bytes32 indexed service, uint48 lastEpoch);
    event Refunded(bytes32 indexed service, address indexed to, uint256 amount);

    error RateTooHigh(uint256 rate);
    /// @notice A service begins with its first epoch and a notice period paid for.
    error PrepaymentTooSmall(uint256 balance, uint256 needed);
    error NotRollupOwner(bytes32 service, address caller);
    error NotStarted(bytes32 service);
    error NoticeAlreadyGiven(bytes32 service, uint48 endEpoch);
    /// @notice What is prepaid covers the current epoch and the notice period.
    error Covered(bytes32 service, uint256 balance, uint256 needed);
    /// @notice Epochs that have passed are to be consumed first.
    error NotConsumed(bytes32 service, uint48 nextEpoch);
    error NothingToConsume(bytes32 service);
    error NotEnded(bytes32 service);
    error NothingToRefund(bytes32 service);

    /// @notice Sets the rate for services of `kind`, for epochs after the notice period: who does
    /// not want it can be gone by then. Owner only.
    function setRate(
        bytes32 kind,
        uint256 rate
    ) external;

    /// @notice Prepays `service` with ALT of the caller's. Anyone; a service that its rollup's
    /// owner has ended only the owner.
    function prepay(
        bytes32 service,
        uint256 amount
    ) external;

    /// @notice Consumes up to `limit` epochs that have passed. Anyone.
    /// @return consumed How many.
    function consume(
        bytes32 service,
        uint256 limit
    ) external returns (uint256 consumed);

    /// @notice Gives notice: anyone where too little is left, the rollup's owner at any time. Where
    /// others have given it the owner makes it its own; the end stays.
    function giveNotice(
        bytes32 service
    ) external;

    /// @notice Pays what is left after the end to `to`. Rollup's owner only.
    function refund(
        bytes32 service,
        address to
    ) external returns (uint256 amount);

    /// @notice Whether `service` is paid for and served now.
    function isServed(
        bytes32 service
    ) external view returns (bool);

    function accountOf(
        bytes32 service
    ) external view returns (Account memory);

    function rateAt(
        bytes32 kind,
        uint48 epoch
    ) external view returns (uint256);

    /// @notice Wei that `service` costs from epoch `from` to epoch `to`, both included.
    function costOf(
        bytes32 service,
        uint48 from,
        uint48 to
    ) external view returns (uint256);
}
