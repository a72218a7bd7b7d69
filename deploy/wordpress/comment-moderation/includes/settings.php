<?php
/**
 * Settings → Comment Moderation, with a button that tries the whole way.
 */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * Return a setting. A constant of wp-config.php goes first: COMMENT_MODERATION_BEARER_KEY and so on.
 *
 * @param string $name The setting.
 * @return string
 */
function comment_moderation_setting( $name ) {
	$constant = 'COMMENT_MODERATION_' . strtoupper( $name );
	if ( defined( $constant ) ) {
		return (string) constant( $constant );
	}
	$stored = get_option( 'comment_moderation_settings', array() );
	return isset( $stored[ $name ] ) ? (string) $stored[ $name ] : comment_moderation_defaults()[ $name ];
}

/**
 * Return the settings as they are before anybody changes them.
 *
 * @return array
 */
function comment_moderation_defaults() {
	return array(
		'address'        => '',
		'bearer_key'     => '',
		'signing_secret' => '',
		'when_away'      => 'hold',
		'when_rejected'  => 'trash',
	);
}

/**
 * Tell WordPress of our settings.
 */
function comment_moderation_register_settings() {
	register_setting(
		'comment_moderation',
		'comment_moderation_settings',
		array( 'sanitize_callback' => 'comment_moderation_sanitize' )
	);
}

/**
 * Take what the form holds; what cannot be used keeps its former value.
 *
 * @param mixed $given The form.
 * @return array
 */
function comment_moderation_sanitize( $given ) {
	$kept = array_merge( comment_moderation_defaults(), (array) get_option( 'comment_moderation_settings', array() ) );
	if ( ! is_array( $given ) ) {
		return $kept;
	}
	if ( isset( $given['address'] ) ) {
		$kept['address'] = esc_url_raw( trim( $given['address'] ), array( 'https', 'http' ) );
	}
	foreach ( array( 'bearer_key', 'signing_secret' ) as $name ) {
		// Shown as empty: left empty it stays.
		if ( ! empty( $given[ $name ] ) ) {
			$kept[ $name ] = sanitize_text_field( $given[ $name ] );
		}
	}
	if ( isset( $given['when_away'] ) && in_array( $given['when_away'], array( 'hold', 'publish' ), true ) ) {
		$kept['when_away'] = $given['when_away'];
	}
	if ( isset( $given['when_rejected'] ) && in_array( $given['when_rejected'], array( 'trash', 'spam', 'hold' ), true ) ) {
		$kept['when_rejected'] = $given['when_rejected'];
	}
	return $kept;
}

/**
 * Add the page.
 */
function comment_moderation_add_page() {
	add_options_page( 'Comment Moderation', 'Comment Moderation', 'manage_options', 'comment-moderation', 'comment_moderation_page' );
}

/**
 * Show the page.
 */
function comment_moderation_page() {
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	$result = get_transient( 'comment_moderation_test_' . get_current_user_id() );
	delete_transient( 'comment_moderation_test_' . get_current_user_id() );
	$away     = comment_moderation_setting( 'when_away' );
	$rejected = comment_moderation_setting( 'when_rejected' );
	?>
	<div class="wrap">
		<h1>Comment Moderation</h1>
		<?php if ( is_array( $result ) ) : ?>
			<div class="notice notice-<?php echo $result['is_good'] ? 'success' : 'error'; ?>">
				<p><?php echo esc_html( $result['said'] ); ?></p>
			</div>
		<?php endif; ?>
		<form method="post" action="options.php">
			<?php settings_fields( 'comment_moderation' ); ?>
			<table class="form-table" role="presentation">
				<tr>
					<th><label for="cm-address">Address of the service</label></th>
					<td><input id="cm-address" class="regular-text" type="url" name="comment_moderation_settings[address]"
						value="<?php echo esc_attr( comment_moderation_setting( 'address' ) ); ?>" placeholder="https://mod.example"></td>
				</tr>
				<tr>
					<th><label for="cm-key">Bearer key</label></th>
					<td><input id="cm-key" class="regular-text" type="password" autocomplete="off" name="comment_moderation_settings[bearer_key]"
						placeholder="<?php echo '' === comment_moderation_setting( 'bearer_key' ) ? 'mod_...' : 'stored; leave empty to keep it'; ?>"></td>
				</tr>
				<tr>
					<th><label for="cm-secret">Signing secret</label></th>
					<td><input id="cm-secret" class="regular-text" type="password" autocomplete="off" name="comment_moderation_settings[signing_secret]"
						placeholder="<?php echo '' === comment_moderation_setting( 'signing_secret' ) ? 'whsec_...' : 'stored; leave empty to keep it'; ?>"></td>
				</tr>
				<tr>
					<th><label for="cm-away">When the service does not answer</label></th>
					<td><select id="cm-away" name="comment_moderation_settings[when_away]">
						<option value="hold" <?php selected( $away, 'hold' ); ?>>hold the comment</option>
						<option value="publish" <?php selected( $away, 'publish' ); ?>>let WordPress decide</option>
					</select></td>
				</tr>
				<tr>
					<th><label for="cm-rejected">What a rejection does</label></th>
					<td><select id="cm-rejected" name="comment_moderation_settings[when_rejected]">
						<option value="trash" <?php selected( $rejected, 'trash' ); ?>>move to the trash</option>
						<option value="spam" <?php selected( $rejected, 'spam' ); ?>>mark as spam</option>
						<option value="hold" <?php selected( $rejected, 'hold' ); ?>>keep it pending</option>
					</select></td>
				</tr>
				<tr>
					<th>Callback for the service</th>
					<td><code><?php echo esc_html( rest_url( 'comment-moderation/v1/decisions' ) ); ?></code></td>
				</tr>
			</table>
			<?php submit_button(); ?>
		</form>
		<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
			<input type="hidden" name="action" value="comment_moderation_test">
			<?php wp_nonce_field( 'comment_moderation_test' ); ?>
			<?php submit_button( 'Test the connection', 'secondary' ); ?>
		</form>
	</div>
	<?php
}

/**
 * Ask the service about a harmless sentence, without storing it.
 *
 * @return array is_good and said.
 */
function comment_moderation_test() {
	$start  = microtime( true );
	$answer = comment_moderation_request( 'POST', '/v1/score', array( 'id' => 'test', 'text' => 'Thank you for this article.' ), 5.0 );
	if ( is_wp_error( $answer ) ) {
		return array( 'is_good' => false, 'said' => 'No answer: ' . $answer->get_error_message() );
	}
	$said = sprintf( 'The service answers in %d ms with model %s.', 1000 * ( microtime( true ) - $start ), $answer['model_version'] );
	if ( '' === comment_moderation_setting( 'signing_secret' ) ) {
		return array( 'is_good' => false, 'said' => $said . ' Decisions cannot arrive: the signing secret is not set.' );
	}
	return array( 'is_good' => true, 'said' => $said );
}

/**
 * The button was pressed.
 */
function comment_moderation_run_test() {
	if ( ! current_user_can( 'manage_options' ) ) {
		wp_die( 'You may not do this.', 403 );
	}
	check_admin_referer( 'comment_moderation_test' );
	set_transient( 'comment_moderation_test_' . get_current_user_id(), comment_moderation_test(), 60 );
	wp_safe_redirect( admin_url( 'options-general.php?page=comment-moderation' ) );
	exit;
}
