// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title ISymbioticStakeSource
/// @notice Stake from Symbiotic: this contract is a Symbiotic network and its own middleware, with
/// a subnetwork a service.
///
/// What it takes for stake to count: someone calls `admit` for service and vault; the vault's
/// curator gives the subnetwork a limit and the operator shares of it; the operator opts in to
/// vault and network with Symbiotic, and names the vault here (`setVaults`). Each of them can be
/// done in
/// any order and counts from when all are done.
interface ISymbioticStakeSource {
    /// @notice Contracts of Symbiotic Core.
    struct Core {
        address vaultFactory;
        address networkRegistry;
        address networkMiddlewareService;
        address operatorNetworkOptInService;
    }

    /// @notice A slash that did not get through to a vault, for `retry`.
    struct FailedSlash {
        bytes32 service;
        address operator;
        uint48 timestamp;
        uint256 fraction;
    }

    event ServiceOpened(bytes32 indexed service, bytes32 indexed subnetwork);
    event VaultAdmitted(bytes32 indexed service, address indexed vault);
    event VaultsSet(bytes32 indexed service, address indexed operator, address[] vaults);
    event VaultSlashed(bytes32 indexed offence, address indexed vault, uint256 amount);
    /// @notice The slash can be tried again while the slashing window lasts.
    event VaultSlashFailed(bytes32 indexed offence, address indexed vault, bytes reason);

    error NotAVault(address vault);
    error VaultNotInitialized(address vault);
    /// @notice Its collateral counts in no quorum.
    error AssetNotAccepted(address vault, address asset);
    /// @notice Stake would leave the vault while it can still be slashed for.
    error VaultEpochTooShort(address vault, uint256 duration, uint256 needed);
    /// @notice What is slashed would not come here.
    error WrongBurner(address vault, address burner);
    /// @notice Only Symbiotic's instant Slasher: no one may veto a proven offence.
    error WrongSlasher(address vault, address slasher);
    /// @notice Only NetworkRestakeDelegator.
    error WrongDelegator(address vault, address delegator);
    error AlreadyAdmitted(bytes32 service, address vault);
    error NotAdmitted(bytes32 service, address vault);
    error TooManyVaults(uint256 given, uint256 most);
    /// @notice Vaults must be given in ascending order, each once.
    error VaultsNotAscending(address previous, address vault);
    error NotItself(address caller);
    error NothingFailed(bytes32 offence, address vault);

    /// @notice Vaults that an operator can name for a service, over both quorums.
    function MAX_VAULTS() external view returns (uint256);

    /// @notice Lets `vault` hold stake for `service`. Anyone, for vaults that Symbiotic made and
    /// that have the right parts; curator and operator decide whether it does.
    function admit(
        bytes32 service,
        address vault
    ) external;

    /// @notice Sets the vaults of the caller, an operator, for `service` from now on; none to
    /// leave.
    function setVaults(
        bytes32 service,
        address[] calldata vaults
    ) external;

    /// @notice Slashes a vault for which it failed. Anyone.
    function retry(
        bytes32 offence,
        address vault
    ) external returns (uint256 removed);

    /// @notice The vaults of `operator` for `service` at `timestamp`.
    function vaultsAt(
        bytes32 service,
        address operator,
        uint48 timestamp
    ) external view returns (address[] memory);

    /// @notice Symbiotic's name of `service`: this address (20 bytes), a number (12). Zero before
    /// the first vault was admitted.
    function subnetworkOf(
        bytes32 service
    ) external view returns (bytes32);

    function failedSlash(
        bytes32 offence,
        address vault
    ) external view returns (FailedSlash memory);
}
