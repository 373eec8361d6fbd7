import { parseAbi } from 'viem'

/** What is used of the OP Stack's DisputeGameFactory. */
export const FACTORY_ABI = parseAbi([
  'function gameCount() view returns (uint256)',
  'function gameAtIndex(uint256 index) view returns (uint32 gameType, uint64 timestamp, address proxy)',
  'function games(uint32 gameType, bytes32 rootClaim, bytes extraData) view returns (address proxy, uint64 timestamp)',
  'function create(uint32 gameType, bytes32 rootClaim, bytes extraData) payable returns (address proxy)',
  'function initBonds(uint32 gameType) view returns (uint256)',
  'function gameImpls(uint32 gameType) view returns (address)',
  'event DisputeGameCreated(address indexed disputeProxy, uint32 indexed gameType, bytes32 indexed rootClaim)',
])

/** What is used of VitalDisputeGame; all but the last events is the OP Stack's FaultDisputeGame's. */
export const GAME_ABI = parseAbi([
  'function status() view returns (uint8)',
  'function createdAt() view returns (uint64)',
  'function resolvedAt() view returns (uint64)',
  'function gameCreator() view returns (address)',
  'function gameData() view returns (uint32 gameType, bytes32 rootClaim, bytes extraData)',
  'function l1Head() view returns (bytes32)',
  'function l2BlockNumber() view returns (uint256)',
  'function startingOutputRoot() view returns (bytes32 root, uint256 l2BlockNumber)',
  'function l2BlockNumberChallenged() view returns (bool)',
  'function claimDataLen() view returns (uint256)',
  'function claimData(uint256 claimIndex) view returns (uint32 parentIndex, address counteredBy, address claimant, uint128 bond, bytes32 claim, uint128 position, uint128 clock)',
  'function resolvedSubgames(uint256 claimIndex) view returns (bool)',
  'function getNumToResolve(uint256 claimIndex) view returns (uint256)',
  'function getRequiredBond(uint128 position) view returns (uint256)',
  'function credit(address recipient) view returns (uint256)',
  'function absolutePrestate() view returns (bytes32)',
  'function maxGameDepth() view returns (uint256)',
  'function splitDepth() view returns (uint256)',
  'function maxClockDuration() view returns (uint64)',
  'function clockExtension() view returns (uint64)',
  'function l2ChainId() view returns (uint256)',
  'function configHash() view returns (bytes32)',
  'function vm() view returns (address)',
  'function weth() view returns (address)',
  'function anchorStateRegistry() view returns (address)',
  'function move(bytes32 disputed, uint256 challengeIndex, bytes32 claim, bool isAttack) payable',
  'function step(uint256 claimIndex, bool isAttack, bytes stateData, bytes proof)',
  'function addLocalData(uint256 ident, uint256 execLeafIdx, uint256 partOffset)',
  'function challengeRootL2Block((bytes32 version, bytes32 stateRoot, bytes32 messagePasserStorageRoot, bytes32 latestBlockhash) outputRootProof, bytes headerRLP)',
  'function resolveClaim(uint256 claimIndex, uint256 numToResolve)',
  'function resolve() returns (uint8)',
  'function claimCredit(address recipient)',
  'event Resolved(uint8 indexed status)',
  'event Move(uint256 indexed parentIndex, bytes32 indexed claim, address indexed claimant)',
  'event Step(uint256 indexed claimIndex, address indexed claimant)',
  'event L2BlockChallenge(address indexed challenger, uint256 l2BlockNumber)',
  'event ClaimResolved(uint256 indexed claimIndex, address indexed recipient, uint256 bond)',
  'event CreditClaimed(address indexed recipient, uint256 amount)',
  'error GameNotInProgress()',
  'error ClaimAlreadyExists()',
  'error ClaimAlreadyResolved()',
  'error ClockTimeExceeded()',
  'error ClockNotExpired()',
  'error DuplicateStep()',
  'error IncorrectBondAmount()',
  'error InvalidDisputedClaimIndex()',
  'error InvalidPrestate()',
  'error InvalidParent()',
  'error L2BlockNumberChallenged()',
  'error NoCreditToClaim()',
  'error OutOfOrderResolution()',
  'error UnexpectedRootClaim(bytes32 rootClaim)',
  'error ValidStep()',
])

/** What is used of our PreimageOracle. */
export const ORACLE_ABI = parseAbi([
  'function preimagePartOk(bytes32 key, uint256 offset) view returns (bool)',
  'function loadKeccak256PreimagePart(uint256 partOffset, bytes preimage)',
  'function loadSha256PreimagePart(uint256 partOffset, bytes preimage)',
  'function loadBlobPreimagePart(uint256 z, uint256 y, bytes commitment, bytes proof, uint256 partOffset)',
  'function loadPrecompilePreimagePart(uint256 partOffset, address precompile, uint64 requiredGas, bytes input)',
  'function initLPP(uint256 uuid, uint32 partOffset, uint32 claimedSize)',
  'function absorbLPP(uint256 uuid, uint256 start, bytes input)',
  'function largePreimage(address claimant, uint256 uuid) view returns ((uint32 partOffset, uint32 claimedSize, uint32 bytesAbsorbed, bytes32 part))',
])

/** What is used of our RiscV. */
export const VM_ABI = parseAbi([
  'function oracle() view returns (address)',
  'function step(bytes stateData, bytes proof, bytes32 localContext) view returns (bytes32)',
])

/** What is used of the OP Stack's DelayedWETH. */
export const DELAYED_WETH_ABI = parseAbi([
  'function delay() view returns (uint256)',
  'function withdrawals(address owner, address guy) view returns (uint256 amount, uint256 timestamp)',
])

/** What is used of the OP Stack's AnchorStateRegistry. */
export const ANCHOR_STATE_REGISTRY_ABI = parseAbi([
  'function anchors(uint32 gameType) view returns (bytes32 root, uint256 l2BlockNumber)',
])
