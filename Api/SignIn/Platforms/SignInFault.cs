namespace OrleansSale.Api.SignIn.Platforms;

/// <summary>Why a sign-in on a platform, or a sign-out, came to nothing.</summary>
public enum SignInFault
{
    /// <summary>The channel does not exist, or its users cannot sign in.</summary>
    NoSuchChannel = 1,

    /// <summary>The person said no at the platform.</summary>
    Cancelled,

    /// <summary>The answer was not asked for by this browser, was used before, or came too late.</summary>
    Stale,

    /// <summary>The platform refused, or what it says does not verify.</summary>
    Refused,

    /// <summary>The platform's id of the person cannot be a user here.</summary>
    UnfitSubject,

    /// <summary>The platform does not answer, or not in time.</summary>
    PlatformDown,

    /// <summary>This engine cannot begin a session now.</summary>
    Overloaded,

    /// <summary>This engine cannot end the session now.</summary>
    StillSignedIn,
}

/// <summary>Maps sign-in faults to HTTP, in this one place.</summary>
public static class SignInFaults
{
    /// <summary>The HTTP status and the stable code of a fault.</summary>
    public static (int Status, string Code) Describe(SignInFault fault) => fault switch
    {
        SignInFault.NoSuchChannel => (404, "not-found"),
        SignInFault.Cancelled => (403, "sign-in-cancelled"),
        SignInFault.Stale => (400, "sign-in-stale"),
        SignInFault.Refused => (403, "sign-in-refused"),
        SignInFault.UnfitSubject => (403, "sign-in-unfit-subject"),
        SignInFault.PlatformDown => (503, "sign-in-platform-down"),
        SignInFault.Overloaded or SignInFault.StillSignedIn => (503, "overloaded"),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "unknown fault"),
    };
}
