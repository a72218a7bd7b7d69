<?php
/**
 * What a test does to a WordPress from the command line: php command.php FOLDER reach|install|remove|meta ID|cron
 */

$_SERVER['HTTP_HOST']   = getenv( 'SITE_HOST' );
$_SERVER['REQUEST_URI'] = '/';
list( , $folder, $step ) = $argv;

/**
 * Return the database server.
 */
function database_server() {
	mysqli_report( MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT );
	return mysqli_connect( getenv( 'DB_HOST' ), getenv( 'DB_USER' ), getenv( 'DB_PASSWORD' ) );
}

/**
 * Remove the site's database, and make it anew if wanted.
 */
function begin_anew( $is_wanted ) {
	$server = database_server();
	$server->query( 'DROP DATABASE IF EXISTS ' . getenv( 'DB_NAME' ) );
	if ( $is_wanted ) {
		$server->query( 'CREATE DATABASE ' . getenv( 'DB_NAME' ) . ' CHARACTER SET utf8mb4' );
	}
}

if ( 'reach' === $step ) {
	database_server();
	exit;
}
if ( 'remove' === $step ) {
	begin_anew( false );
	exit;
}
if ( 'install' === $step ) {
	begin_anew( true );
	define( 'WP_INSTALLING', true );
	require $folder . '/wp-load.php';
	require ABSPATH . 'wp-admin/includes/upgrade.php';
	wp_install( 'A blog', 'admin', 'admin@mail.example', true, '', getenv( 'ADMIN_PASSWORD' ) );
	update_option( 'comment_previously_approved', 0 ); // a first comment of a reader may appear
	update_option( 'permalink_structure', '/%postname%/' );
	exit;
}
require $folder . '/wp-load.php';
if ( 'meta' === $step ) {
	echo get_comment_meta( (int) $argv[3], COMMENT_MODERATION_NAME, true );
}
if ( 'cron' === $step ) {
	foreach ( _get_cron_array() as $hooks ) {
		foreach ( isset( $hooks['comment_moderation_ask_again'] ) ? $hooks['comment_moderation_ask_again'] : array() as $planned ) {
			do_action_ref_array( 'comment_moderation_ask_again', $planned['args'] );
		}
	}
}
